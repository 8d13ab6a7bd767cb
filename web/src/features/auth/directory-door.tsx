import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { Door } from "@/features/auth/door";
import { useCapsLock } from "@/features/auth/use-caps-lock";
import { listSignInProvidersOptions } from "@/lib/api/@tanstack/react-query.gen";
import { signInAtDirectory } from "@/lib/session";

/** Sign in with the name and password of a directory. `other` leads back to the other ways. */
export function DirectoryDoor({
  id,
  organisation,
  other,
}: {
  id: string;
  organisation?: string;
  other: string;
}) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const capsLock = useCapsLock();
  const { data } = useQuery({
    ...listSignInProvidersOptions({ query: { organisation } }),
    retry: false,
    staleTime: 60_000,
  });
  const name = data?.items.find((each) => each.id === id)?.name ?? "your directory";
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signInAtDirectory(id, String(form.get("username")), String(form.get("password")));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Door title={`Sign in with ${name}`}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField label="Name" name="username" maxLength={254} autoComplete="username" required autoFocus />
        <TextField
          label="Password"
          name="password"
          type="password"
          maxLength={1000}
          autoComplete="current-password"
          required
          help={capsLock.isOn ? "Caps Lock is on." : undefined}
          {...capsLock.keys}
        />
        <Button look="primary" type="submit" disabled={isBusy} className="mt-1 justify-center">
          {isBusy ? "Signing in…" : "Sign in"}
        </Button>
        <Link to={other} className="link justify-self-center text-sm">
          Another way to sign in
        </Link>
        {error !== null && (
          <div className="-mx-3 -mb-3">
            <TroubleNote error={error} />
          </div>
        )}
      </form>
    </Door>
  );
}
