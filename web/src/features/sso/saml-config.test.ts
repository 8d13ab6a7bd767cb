import { expect, test } from "vitest";
import { readCertificates, writeCertificates } from "@/features/sso/saml-config";

const LONG = "A".repeat(100);

test("certificates are read back as they were written", () => {
  expect(readCertificates(writeCertificates([LONG, "Qg=="]))).toEqual([LONG, "Qg=="]);
});

test("base64 without marks is parted by empty lines", () => {
  expect(readCertificates("AAAA\nBBBB\n \n CC== \n\n")).toEqual(["AAAABBBB", "CC=="]);
});

test("nothing is no certificate", () => {
  expect(readCertificates(" \n\n")).toEqual([]);
  expect(writeCertificates([])).toBe("");
});
