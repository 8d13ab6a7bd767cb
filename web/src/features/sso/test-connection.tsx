import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { Loaded, TroubleNote } from "@/components/states";
import { kindOf } from "@/features/sso/kinds";
import {
  type CheckProviderResponse,
  checkProvider,
  type GetProviderTestResponse,
  type Provider,
  testProvider,
} from "@/lib/api";
import { getProviderTestOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useAct } from "@/lib/use-act";

type TestResult = Required<GetProviderTestResponse>;

const ACCOUNTS: Record<TestResult["account"], string> = {
  known: "the account they have used before",
  linked: "the member with that e-mail address",
  joined: "an account of the installation, which would join this organisation",
  new: "a new account",
  none: "nobody",
};

function Verdict({ isOk, children }: { isOk: boolean; children: string }) {
  const Icon = isOk ? CircleCheck : CircleX;
  return (
    <span className="inline-flex items-center gap-1.5 font-[550]">
      <Icon size={16} aria-hidden="true" className={isOk ? "text-pass" : "text-fail"} />
      {children}
    </span>
  );
}

function Steps({ check }: { check: CheckProviderResponse }) {
  return (
    <ol className="grid gap-2" aria-label="Steps of the check">
      {check.steps.map((step) => (
        <li key={step.name}>
          <Verdict isOk={step.is_ok}>{`${step.name}: ${step.is_ok ? "fine" : "failed"}`}</Verdict>
          <p className="pl-[22px] text-text-2 [overflow-wrap:anywhere]">{step.said}</p>
        </li>
      ))}
    </ol>
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

function Kept({ token }: { token: string }) {
  const query = useQuery({ ...getProviderTestOptions({ path: { token } }), retry: false });
  return (
    <Loaded query={query} rows={3}>
      {(result) => <TestFindings result={result as TestResult} />}
    </Loaded>
  );
}

/** Test a provider: what it publishes first, then a real sign-in that signs nobody in. `found` names its result. */
export function TestConnection({ provider, found }: { provider: Provider; found: string | null }) {
  const [check, setCheck] = useState<CheckProviderResponse | null>(null);
  const { isBusy, error, act } = useAct();
  const path = { provider_id: provider.id };
  const OwnTest = kindOf(provider.kind)?.Test;
  const ask = () => act(async () => setCheck((await checkProvider({ path, throwOnError: true })).data));
  const leave = () =>
    act(async () => {
      const { data } = await testProvider({ path, throwOnError: true });
      location.assign(data.url);
    });
  return (
    <Card
      title="Test connection"
      note={
        provider.tested_at === null
          ? "an owner has not come through it yet, as it is set up now"
          : `an owner came through it ${ago(provider.tested_at)}`
      }
    >
      <div className="grid gap-3 p-4 pt-1">
        <p className="max-w-[68ch] text-text-2">
          First ask the provider for what it publishes. Then sign in there yourself: you see what it says of
          you and which roles that gives, and stay signed in as you are.
        </p>
        <div className="flex flex-wrap gap-2">
          <Button disabled={isBusy} onClick={() => void ask()}>
            1. Check the provider
          </Button>
          {OwnTest === undefined && (
            <Button disabled={isBusy} onClick={() => void leave()}>
              2. Try a sign-in
            </Button>
          )}
        </div>
        {check !== null && <Steps check={check} />}
        {OwnTest !== undefined && <OwnTest provider={provider} />}
        {found !== null && <Kept token={found} />}
        {error !== null && <TroubleNote error={error} />}
      </div>
    </Card>
  );
}
