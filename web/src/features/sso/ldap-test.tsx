import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { TestFindings, type TestResult } from "@/features/sso/test-findings";
import { lookUpInDirectory, type Provider } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

/** Look somebody up in a directory: what it has of them, and which roles that would give. */
export function LdapTest({ provider }: { provider: Provider }) {
  const [result, setResult] = useState<TestResult | null>(null);
  const { isBusy, error, act } = useAct();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { username: String(form.get("username")), password: String(form.get("password")) };
    void act(async () => {
      setResult(null);
      const path = { provider_id: provider.id };
      const { data } = await lookUpInDirectory({ path, body, throwOnError: true });
      setResult(data as TestResult);
      invalidate("getProvider");
    });
  };
  return (
    <form className="grid gap-3" onSubmit={submit} aria-label="Look somebody up">
      <div className="grid gap-3 sm:grid-cols-[1fr_1fr_auto] sm:items-end">
        <TextField label="2. Name of a person" name="username" required maxLength={254} autoComplete="off" />
        <TextField
          label="Their password (may be left out)"
          name="password"
          type="password"
          maxLength={1000}
          autoComplete="off"
        />
        <Button type="submit" disabled={isBusy} className="justify-self-start">
          {isBusy ? "Asking…" : "Look up"}
        </Button>
      </div>
      <p className="text-sm text-text-3">
        Without a password the entry is only read. With their own, an owner shows that people can sign in this
        way.
      </p>
      {result !== null && <TestFindings result={result} />}
      {error !== null && <TroubleNote error={error} />}
    </form>
  );
}
