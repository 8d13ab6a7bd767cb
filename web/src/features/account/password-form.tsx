import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { NewPassword } from "@/features/auth/new-password";
import { changeMyPassword } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

/** Change one's own password; every other browser signs in anew. */
export function PasswordForm({ about }: { about: string[] }) {
  const { isBusy, error, trouble, act } = useAct();
  const [done, setDone] = useState(0);
  const fields = trouble?.fields ?? {};
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = {
      current_password: String(form.get("current")),
      new_password: String(form.get("password")),
    };
    if (!(await act(() => changeMyPassword({ body, throwOnError: true })))) return;
    setDone(done + 1);
    invalidate("listMySignIns");
    tell("Your password was changed. Other browsers have to sign in anew.");
  };
  return (
    <form key={done} className="grid max-w-[420px] gap-3 px-4 pb-4" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Present password"
        name="current"
        type="password"
        autoComplete="current-password"
        required
        error={fields.current_password}
      />
      <NewPassword about={about} error={fields.new_password} />
      {error !== null && Object.keys(fields).length === 0 && <TroubleNote error={error} />}
      <Button look="primary" type="submit" className="justify-self-start" disabled={isBusy}>
        Change password
      </Button>
    </form>
  );
}
