import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Button, ButtonLink } from "@/components/button";
import { TroubleNote } from "@/components/states";
import { Door } from "@/features/auth/door";
import { NewPassword } from "@/features/auth/new-password";
import { resetPassword } from "@/lib/api";
import { useAct } from "@/lib/use-act";

/** Set a new password by the link of a mail. The token stands behind the #, so that no server's log ever holds it. */
export function Component() {
  const [token] = useState(() => location.hash.slice(1));
  const [isDone, setDone] = useState(false);
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password"));
    if (await act(() => resetPassword({ body: { token, password }, throwOnError: true }))) {
      history.replaceState(null, "", location.pathname);
      setDone(true);
    }
  };
  if (isDone)
    return (
      <Door title="Your password is set">
        <p role="status" className="text-text-2">
          Every browser that was signed in as you is signed out.
        </p>
        <ButtonLink to="/sign-in" look="primary" className="justify-center">
          Sign in
        </ButtonLink>
      </Door>
    );
  if (token === "")
    return (
      <Door title="New password">
        <p className="text-text-2">This address is no link from a mail: its last part is missing.</p>
        <Link to="/forgotten" className="link justify-self-center text-sm">
          Ask for a link
        </Link>
      </Door>
    );
  return (
    <Door title="New password">
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <NewPassword error={trouble?.fields.password} />
        <Button look="primary" type="submit" disabled={isBusy} className="justify-center">
          {isBusy ? "Setting…" : "Set the password"}
        </Button>
        {error !== null && trouble?.fields.password === undefined && (
          <div className="-mx-3">
            <TroubleNote error={error} />
          </div>
        )}
      </form>
      {trouble?.code === "link-spent" && (
        <Link to="/forgotten" className="link justify-self-center text-sm">
          Ask for a new link
        </Link>
      )}
    </Door>
  );
}
