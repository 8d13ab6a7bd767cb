import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { ThemeButton } from "@/app/top-bar";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { signIn, useSession } from "@/lib/session";
import { useTitle } from "@/lib/use-title";

/** Only paths of this application: nobody is sent elsewhere by a prepared link. */
export function safeBack(back: string | null): string {
  return back?.startsWith("/") && !back.startsWith("//") && !back.startsWith("/\\") ? back : "/";
}

/** Sign in with e-mail and password. */
export function Component() {
  useTitle("Sign in");
  const phase = useSession((session) => session.phase);
  const [params] = useSearchParams();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(String(form.get("email")), String(form.get("password")));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  if (phase === "signed-in") return <Navigate to={safeBack(params.get("back"))} replace />;
  return (
    <main className="grid min-h-screen place-items-center p-4">
      <div className="absolute top-3 right-3">
        <ThemeButton />
      </div>
      <div className="grid w-[min(360px,100%)] gap-4">
        <h1 className="flex items-center gap-2 font-[650] text-lg">
          <img src="/favicon.svg" alt="" width={22} height={22} />
          Sign in to TestFlux
        </h1>
        <form
          className="grid gap-3 rounded-md border border-line bg-surface p-4"
          onSubmit={(event) => void submit(event)}
        >
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
          {error !== null && <TroubleNote error={error} />}
          <Button look="primary" type="submit" className="justify-center" disabled={isBusy}>
            {isBusy ? "Signing in…" : "Sign in"}
          </Button>
        </form>
        <p className="text-sm text-text-3">
          The first administrator’s sign-in was printed in the terminal when TestFlux started for the first
          time.
        </p>
      </div>
    </main>
  );
}
