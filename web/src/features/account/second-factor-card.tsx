import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Loaded, TroubleNote } from "@/components/states";
import { RecoveryCodes } from "@/features/account/recovery-codes";
import { SetUp } from "@/features/account/set-up";
import { makeMyRecoveryCodes, removeMySecondFactor, type SecondFactor } from "@/lib/api";
import { getMySecondFactorOptions } from "@/lib/api/@tanstack/react-query.gen";
import { moment, plural } from "@/lib/format";
import { invalidate } from "@/lib/queries";
import { hasSecondFactor } from "@/lib/session";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

type Doing = "set up" | "codes" | "remove" | null;

function Proof({
  action,
  danger = false,
  words,
  work,
}: {
  action: string;
  danger?: boolean;
  words: string;
  work: (password: string) => Promise<unknown>;
}) {
  const { isBusy, error, trouble, act } = useAct();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password"));
    void act(() => work(password));
  };
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <p className="text-text-2">{words}</p>
      <TextField
        label="Your password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
        error={trouble?.fields.password}
      />
      {error !== null && trouble?.fields.password === undefined && <TroubleNote error={error} />}
      <Button
        look={danger ? "danger" : "primary"}
        type="submit"
        disabled={isBusy}
        className="justify-self-end"
      >
        {action}
      </Button>
    </form>
  );
}

function NewCodes({ email }: { email: string }) {
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes !== null) return <RecoveryCodes codes={codes} email={email} />;
  return (
    <Proof
      action="Make new codes"
      words="The codes that you have now will be worth nothing."
      work={async (password) => {
        const { data } = await makeMyRecoveryCodes({ body: { password }, throwOnError: true });
        setCodes(data.codes);
        invalidate("getMySecondFactor");
      }}
    />
  );
}

function State({ factor, onDo }: { factor: SecondFactor; onDo: (doing: Doing) => void }) {
  if (!factor.has_password)
    return (
      <p className="px-4 pb-4 text-text-2">You sign in at an identity provider, which looks after this.</p>
    );
  if (!factor.is_on)
    return (
      <div className="grid justify-items-start gap-3 px-4 pb-4">
        <p className="max-w-[68ch] text-text-2">
          With an authenticator app on your telephone, a stolen password is worth nothing.
        </p>
        <Button onClick={() => onDo("set up")}>Set up</Button>
      </div>
    );
  const left = factor.recovery_codes_left;
  return (
    <div className="grid justify-items-start gap-3 px-4 pb-4">
      <p className="text-text-2">
        On since {moment(factor.since ?? "")}.{" "}
        <span className={left < 3 ? "text-fail" : undefined}>{plural(left, "recovery code")} left.</span>
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => onDo("codes")}>New recovery codes</Button>
        <Button look="danger" onClick={() => onDo("remove")}>
          Remove
        </Button>
      </div>
    </div>
  );
}

/** One's second factor: set up, new recovery codes, away with it. */
export function SecondFactorCard({ email }: { email: string }) {
  const query = useQuery(getMySecondFactorOptions());
  const [doing, setDoing] = useState<Doing>(null);
  const close = () => {
    setDoing(null);
    invalidate("getMySecondFactor");
    invalidate("listMySignIns");
  };
  return (
    <Card title="Second factor">
      <Loaded query={query} rows={2}>
        {(factor) => <State factor={factor} onDo={setDoing} />}
      </Loaded>
      <Dialog title="Set up a second factor" isOpen={doing === "set up"} onClose={close}>
        <SetUp
          email={email}
          onDone={() => {
            hasSecondFactor();
            close();
            tell("From now on you are asked for a code.");
          }}
        />
      </Dialog>
      <Dialog title="New recovery codes" isOpen={doing === "codes"} onClose={close}>
        <NewCodes email={email} />
      </Dialog>
      <Dialog title="Remove the second factor" isOpen={doing === "remove"} onClose={close}>
        <Proof
          action="Remove"
          danger
          words={
            query.data?.is_required === true
              ? "Your organisation asks for one: you will have to set up another at once."
              : "Your password will be enough to sign in as you."
          }
          work={async (password) => {
            await removeMySecondFactor({ body: { password }, throwOnError: true });
            close();
            tell("Your password is enough again.");
          }}
        />
      </Dialog>
    </Card>
  );
}
