import { type FormEvent, useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { CodeStep } from "@/features/auth/code-step";
import { DirectoryDoor } from "@/features/auth/directory-door";
import { Door } from "@/features/auth/door";
import { ProviderButtons, ProviderProblem, withDirectory } from "@/features/auth/providers";
import { useCapsLock } from "@/features/auth/use-caps-lock";
import { signIn, useSession } from "@/lib/session";

/** An address inside the app to return to; anything else leads home. */
export function safeBack(back: string | null): string {
  return back !== null && /^\/(?![/\\])/.test(back) ? back : "/";
}

function PasswordStep({ onState }: { onState: (state: string) => void }) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const capsLock = useCapsLock();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const step = await signIn(String(form.get("email")), String(form.get("password")));
      if (step !== null) onState(step.state);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
      <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        help={capsLock.isOn ? "Caps Lock is on." : undefined}
        {...capsLock.keys}
      />
      <Button look="primary" type="submit" disabled={isBusy} className="mt-1 justify-center">
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
      <Link to="/forgotten" className="link justify-self-center text-sm">
        Forgotten your password?
      </Link>
      {error !== null && (
        <div className="-mx-3 -mb-3">
          <TroubleNote error={error} />
        </div>
      )}
    </form>
  );
}

/** Sign in: with e-mail and password, then with a code where somebody has a second factor. */
export function SignInPage() {
  const phase = useSession((session) => session.phase);
  const [params] = useSearchParams();
  const [state, setState] = useState<string | null>(null);
  const [over, setOver] = useState<unknown>(null);
  if (phase === "signed-in") return <Navigate to={safeBack(params.get("back"))} replace />;
  const directory = params.get("directory");
  if (directory !== null)
    return (
      <DirectoryDoor
        id={directory}
        organisation={params.get("organisation") ?? undefined}
        other={`?${withDirectory(params, null)}`}
      />
    );
  if (state !== null)
    return (
      <Door title="Second step">
        <CodeStep
          state={state}
          onOver={(problem) => {
            setState(null);
            setOver(problem);
          }}
        />
        <Button look="quiet" className="justify-center" onClick={() => setState(null)}>
          Begin again
        </Button>
      </Door>
    );
  return (
    <Door
      title="Sign in to TestFlux"
      note="The first administrator’s password was printed when the server started for the first time."
    >
      {over !== null && (
        <div className="-m-3">
          <TroubleNote error={over} />
        </div>
      )}
      <ProviderProblem />
      <ProviderButtons back={safeBack(params.get("back"))} />
      <PasswordStep
        onState={(next) => {
          setOver(null);
          setState(next);
        }}
      />
    </Door>
  );
}
