import { AxiosError, type AxiosResponse } from "axios";
import { expect, it } from "vitest";
import { explain } from "@/lib/problem";

const refusal = (status: number, data: unknown) =>
  new AxiosError("", undefined, undefined, undefined, { status, data } as AxiosResponse);

it("reads a problem document with its fields", () => {
  const trouble = explain(
    refusal(422, {
      title: "Not valid",
      detail: "d",
      hint: "h",
      code: "invalid",
      request_id: "r",
      errors: [{ field: "slug", message: "too long" }],
    }),
  );
  expect(trouble).toEqual({
    title: "Not valid",
    detail: "d",
    hint: "h",
    status: 422,
    code: "invalid",
    requestId: "r",
    fields: { slug: "too long" },
  });
});

it("says the detail at once when the title is no more than the status", () =>
  expect(explain(refusal(404, { title: "Not Found", detail: "There is no project 'x'." }))).toMatchObject({
    title: "There is no project 'x'.",
    detail: "",
  }));

it("says the status when the answer is no problem document", () =>
  expect(explain(refusal(502, "<html>")).title).toBe("The server answered 502"));

it("tells silence from refusal, and both from a fault of the page", () => {
  expect(explain(new AxiosError("Network Error")).code).toBe("network");
  expect(explain(new TypeError("x is undefined"))).toMatchObject({
    code: "client",
    detail: "x is undefined",
  });
});
