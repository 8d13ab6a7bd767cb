import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { RecoveryCodes } from "@/features/account/recovery-codes";
import { beginMySecondFactor, confirmMySecondFactor, type SecondFactorSetup } from "@/lib/api";
import { useAct } from "@/lib/use-act";

function Step({
  action,
  work,
  children,
}: {
  action: string;
  work: (form: FormData) => Promise<unknown>;
  children: (fields: Record<string, string>) => ReactNode;
}) {
  const { isBusy, error, trouble, act } = useAct();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void act(() => work(form));
  };
  const fields = trouble?.fields ?? {};
  return (
    <form className="grid gap-3" onSubmit={submit}>
      {children(fields)}
      {error !== null && Object.keys(fields).length === 0 && <TroubleNote error={error} />}
      <Button look="primary" type="submit" disabled={isBusy} className="justify-self-start">
        {action}
      </Button>
    </form>
  );
}

function Scan({ setup }: { setup: SecondFactorSetup }) {
  return (
    <>
      <p className="text-text-2">Scan this with an authenticator app, then write the code that it shows.</p>
      <img
        src={setup.picture}
        alt="QR code for the authenticator app"
        width={192}
        height={192}
        className="justify-self-center rounded-sm"
      />
      <details className="text-sm text-text-2">
        <summary className="cursor-pointer">No camera? Type it into the app</summary>
        <div className="mt-1 flex items-start gap-2 rounded-sm bg-sunken px-3 py-2">
          <code className="flex-1 font-mono [overflow-wrap:anywhere]">
            {setup.secret.replace(/(.{4})(?=.)/g, "$1 ")}
          </code>
          <CopyButton text={setup.secret} label="Copy the key" />
        </div>
      </details>
    </>
  );
}

/** Set up an authenticator app step by step: the password, the picture, a first code, the recovery codes. */
export function SetUp({
  email,
  onBegun,
  onDone,
}: {
  email: string;
  onBegun?: () => void;
  onDone: () => void;
}) {
  const [setup, setSetup] = useState<SecondFactorSetup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes !== null)
    return (
      <div className="grid gap-3">
        <RecoveryCodes codes={codes} email={email} />
        <Button look="primary" className="justify-self-start" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    );
  if (setup !== null)
    return (
      <Step
        key="code"
        action="Turn on"
        work={async (form) => {
          const body = { code: String(form.get("code")) };
          setCodes((await confirmMySecondFactor({ body, throwOnError: true })).data.codes);
        }}
      >
        {(fields) => (
          <>
            <Scan setup={setup} />
            <TextField
              label="Code"
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              autoFocus
              maxLength={7}
              className="font-mono tracking-[0.2em]"
              error={fields.code}
            />
          </>
        )}
      </Step>
    );
  return (
    <Step
      key="password"
      action="Continue"
      work={async (form) => {
        const body = { password: String(form.get("password")) };
        setSetup((await beginMySecondFactor({ body, throwOnError: true })).data);
        onBegun?.();
      }}
    >
      {(fields) => (
        <TextField
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          autoFocus
          error={fields.password}
        />
      )}
    </Step>
  );
}
