import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Loaded, TroubleNote } from "@/components/states";
import { kindOf } from "@/features/sso/kinds";
import { TestFindings, type TestResult, Verdict } from "@/features/sso/test-findings";
import { type CheckProviderResponse, checkProvider, type Provider, testProvider } from "@/lib/api";
import { getProviderTestOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useAct } from "@/lib/use-act";

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
