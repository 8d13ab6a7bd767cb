/** Certificates out of a text: PEM blocks, or Base64 parted by empty lines; each as Base64 in one piece. */
export function readCertificates(written: string): string[] {
  return written
    .split(/-----END [^-]*-----|\n\s*\n/)
    .map((each) => each.replace(/-----[^-]*-----/g, "").replace(/\s/g, ""))
    .filter(Boolean);
}

/** Certificates as people know them: lines of 64 signs between PEM's marks. */
export function writeCertificates(certificates: string[]): string {
  return certificates
    .map((each) => {
      const lines = each.match(/.{1,64}/g) ?? [];
      return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n");
    })
    .join("\n");
}
