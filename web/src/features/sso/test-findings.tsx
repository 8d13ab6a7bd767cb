import { CircleCheck, CircleX } from "lucide-react";
import { CopyBlock } from "@/components/copy";
import type { GetProviderTestResponse } from "@/lib/api";

/** What a try-out found; the server names every part. */
export type TestResult = Required<GetProviderTestResponse>;

const ACCOUNTS: Record<TestResult["account"], string> = {
  known: "the account they have used before",
  linked: "the member with that e-mail address",
  joined: "an account of the installation, which would join this organisation",
  new: "a new account",
  none: "nobody",
};

/** Whether something went well, in words. */
export function Verdict({ isOk, children }: { isOk: boolean; children: string }) {
  const Icon = isOk ? CircleCheck : CircleX;
  return (
    <span className="inline-flex items-center gap-1.5 font-[550]">
      <Icon size={16} aria-hidden="true" className={isOk ? "text-pass" : "text-fail"} />
      {children}
    </span>
  );
}

function Fact({ name, said }: { name: string; said: string }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{said || "–"}</dd>
    </>
  );
}

/** What a try-out found: who would have come in, with which roles, or why not, and what the provider said. */
export function TestFindings({ result }: { result: TestResult }) {
  const roles = result.roles.map(({ role, project }) => (project ? `${role} in ${project}` : role));
  return (
    <div className="grid gap-3" role="status">
      <Verdict isOk={result.is_ok}>
        {result.is_ok ? "The sign-in works; nobody was signed in." : "The sign-in would be refused."}
      </Verdict>
      {!result.is_ok && (
        <p className="text-text-2">
          {result.reason} {result.hint}
        </p>
      )}
      {result.subject !== "" && (
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
          <Fact name="Enters as" said={ACCOUNTS[result.account]} />
          <Fact name="Roles by groups" said={roles.join(", ")} />
          <Fact
            name="E-mail"
            said={`${result.email || "none"} (${result.is_email_verified ? "verified" : "not verified"})`}
          />
          <Fact name="Name" said={result.name} />
          <Fact name="Groups" said={result.groups.join(", ")} />
          <Fact name="Subject" said={result.subject} />
        </dl>
      )}
      {Object.keys(result.claims).length > 0 && (
        <details>
          <summary className="cursor-pointer text-text-2">Everything the provider said</summary>
          <div className="mt-2">
            <CopyBlock text={JSON.stringify(result.claims, null, 2)} label="Copy claims" />
          </div>
        </details>
      )}
    </div>
  );
}
