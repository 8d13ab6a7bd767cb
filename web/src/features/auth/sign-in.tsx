import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { ThemeButton } from "@/app/theme-button";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { signIn, useSession } from "@/lib/session";

/** An address inside the app to return to; anything else leads home. */
export function safeBack(back: string | null): string {
  return back !== null && /^\/(?![/\\])/.test(back) ? back : "/";
}

/** Sign in with e-mail and password. */
export function SignInPage() {
  const phase = useSession((session) => session.phase);
  const [params] = useSearchParams();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  if (phase === "signed-in") return <Navigate to={safeBack(params.get("back"))} replace />;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(String(form.get("email")), String(form.get("password")));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <main className="grid min-h-screen content-center justify-items-center gap-4 p-4">
      <title>Sign in · TestFlux</title>
      <div className="absolute top-3 right-3">
        <ThemeButton />
      </div>
      <div className="w-full max-w-[360px] rounded-md border border-line bg-surface p-5">
        <div className="mb-4 flex items-center gap-2">
          <img src="/favicon.svg" alt="" width={22} height={22} />
          <h1 className="font-semibold text-lg">Sign in to TestFlux</h1>
        </div>
        <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
          <Button look="primary" type="submit" disabled={isBusy} className="mt-1 justify-center">
            {isBusy ? "Signing in…" : "Sign in"}
          </Button>
        </form>
        {error !== null && (
          <div className="-mx-3 -mb-3 mt-1">
            <TroubleNote error={error} />
          </div>
        )}
      </div>
      <p className="max-w-[360px] text-sm text-text-3">
        The first administrator’s password was printed when the server started for the first time.
      </p>
    </main>
  );
}
