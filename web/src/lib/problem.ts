import { isAxiosError } from "axios";
import type { Problem } from "@/lib/api";

/** What went wrong, in words for the person in front of the screen. */
export interface Trouble {
  title: string;
  detail: string;
  hint: string;
  status: number;
  code: string;
  requestId: string;
  fields: Record<string, string>;
}

const NETWORK: Trouble = {
  title: "The server cannot be reached",
  detail: "There was no answer. TestFlux may be restarting, or the network is down.",
  hint: "The page tries again by itself.",
  status: 0,
  code: "network",
  requestId: "",
  fields: {},
};

/** A title that says no more than its status; the detail then says more. */
const BARE =
  /^(Bad Request|Unauthorized|Forbidden|Not Found|Conflict|Unprocessable .*|Service Unavailable|Internal Server Error)$/i;

/** Read a problem document out of whatever was thrown. */
export function explain(error: unknown): Trouble {
  if (!isAxiosError(error)) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      ...NETWORK,
      title: "Something went wrong on this page",
      detail,
      hint: "Reload the page.",
      code: "client",
    };
  }
  const problem = error.response?.data as Partial<Problem> | undefined;
  if (error.response === undefined) return NETWORK;
  const { title = `The server answered ${error.response.status}`, detail = "" } = problem ?? {};
  const isBare = BARE.test(title) && detail !== "";
  return {
    title: isBare ? detail : title,
    detail: isBare ? "" : detail,
    hint: problem?.hint ?? "",
    status: error.response.status,
    code: problem?.code ?? "",
    requestId: problem?.request_id ?? "",
    fields: Object.fromEntries((problem?.errors ?? []).map((entry) => [entry.field, entry.message])),
  };
}
