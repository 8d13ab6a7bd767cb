import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { explain } from "@/lib/problem";
import { signInWithCode } from "@/lib/session";
import { useAct } from "@/lib/use-act";

/** The second step: a code of the app, or a recovery code when the telephone is gone. */
export function CodeStep({ state, onOver }: { state: string; onOver: (error: unknown) => void }) {
  const [isRecovery, setRecovery] = useState(false);
  const { isBusy, error, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = String(new FormData(form).get("code"));
    await act(async () => {
      try {
        await signInWithCode(state, code);
      } catch (problem) {
        form.reset();
        if (explain(problem).code === "sign-in-over") onOver(problem);
        throw problem;
      }
    });
  };
  return (
    <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
      {isRecovery ? (
        <TextField
          key="recovery"
          label="Recovery code"
          name="code"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          required
          autoFocus
          maxLength={40}
          className="font-mono"
          help="One of the ten you kept; each is good once."
        />
      ) : (
        <TextField
          key="app"
          label="Code"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9 ]{6,7}"
          title="six digits"
          required
          autoFocus
          className="font-mono tracking-[0.2em]"
          help="Six digits from your authenticator app."
        />
      )}
      <Button look="primary" type="submit" disabled={isBusy} className="justify-center">
        {isBusy ? "Checking…" : "Sign in"}
      </Button>
      <Button look="quiet" className="justify-center" onClick={() => setRecovery(!isRecovery)}>
        {isRecovery ? "Use the authenticator app" : "Use a recovery code"}
      </Button>
      {error !== null && (
        <div className="-mx-3 -mb-3">
          <TroubleNote error={error} />
        </div>
      )}
    </form>
  );
}
