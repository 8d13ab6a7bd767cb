import type { FormEvent } from "react";
import { useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { Door } from "@/features/auth/door";
import { forgetPassword } from "@/lib/api";
import { useAct } from "@/lib/use-act";

/** Ask for a link to set a new password. What it says is the same whether anybody has the address. */
export function Component() {
  const [email, setEmail] = useState<string | null>(null);
  const { isBusy, error, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get("email"));
    if (await act(() => forgetPassword({ body: { email: given }, throwOnError: true }))) setEmail(given);
  };
  return (
    <Door title="Forgotten password">
      {email === null ? (
        <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
          <p className="text-text-2">You get a mail with a link. It is good once, for an hour.</p>
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
          <Button look="primary" type="submit" disabled={isBusy} className="justify-center">
            {isBusy ? "Sending…" : "Send the link"}
          </Button>
          {error !== null && (
            <div className="-mx-3">
              <TroubleNote error={error} />
            </div>
          )}
        </form>
      ) : (
        <p role="status" className="text-text-2">
          If somebody signs in as <strong className="font-semibold [overflow-wrap:anywhere]">{email}</strong>,
          a mail with a link is on its way. Nothing there after some minutes? Look into the folder for
          unwanted mail, or ask an administrator.
        </p>
      )}
      <Link to="/sign-in" className="link justify-self-center text-sm">
        Back to signing in
      </Link>
    </Door>
  );
}
