import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { changeMyPassword } from "@/lib/api";
import { getSystemOptions } from "@/lib/api/@tanstack/react-query.gen";
import { type Theme, useAppearance } from "@/lib/appearance";
import { signOut, useSession } from "@/lib/session";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

function PasswordForm() {
  const { isBusy, error, trouble, act } = useAct();
  const [mismatch, setMismatch] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const isSame = form.get("new") === form.get("again");
    setMismatch(!isSame);
    if (!isSame) return;
    const body = { current_password: String(form.get("current")), new_password: String(form.get("new")) };
    if (!(await act(() => changeMyPassword({ body, throwOnError: true })))) return;
    element.reset();
    tell("Your password was changed.");
  };
  return (
    <form className="grid max-w-[420px] gap-3 px-4 pb-4" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Present password"
        name="current"
        type="password"
        autoComplete="current-password"
        required
        error={trouble?.fields.current_password}
      />
      <TextField
        label="New password"
        name="new"
        type="password"
        autoComplete="new-password"
        required
        minLength={10}
        help="At least ten characters."
        error={trouble?.fields.new_password}
      />
      <TextField
        label="New password again"
        name="again"
        type="password"
        autoComplete="new-password"
        required
        error={mismatch ? "The two are not the same." : undefined}
      />
      {error !== null && <TroubleNote error={error} />}
      <Button look="primary" type="submit" className="justify-self-start" disabled={isBusy}>
        Change password
      </Button>
    </form>
  );
}

/** One's own account: who one is here, the password, how the page looks. */
export function Component() {
  useTitle("Your account");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Your account" });
  const user = useSession((session) => session.user);
  const { theme, setTheme } = useAppearance();
  const system = useQuery(getSystemOptions());
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3">
        <h1 className="font-semibold text-lg">{user?.name}</h1>
        <span className="text-text-3">
          {user?.email}, {user?.role}
        </span>
        <Button className="ml-auto" onClick={() => void signOut()}>
          Sign out
        </Button>
      </div>
      <Card title="Appearance">
        <div className="max-w-[240px] px-4 pb-4">
          <SelectField
            label="Theme"
            value={theme}
            onChange={(event) => setTheme(event.target.value as Theme)}
          >
            <option value="system">As the system</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </SelectField>
        </div>
      </Card>
      <Card title="Password">
        <PasswordForm />
      </Card>
      {system.data && (
        <p className="text-sm text-text-3">
          TestFlux {system.data.version}, PostgreSQL {system.data.database.version} (
          {system.data.database.kind}).{" "}
          <a href="/api/docs" className="link">
            API documentation
          </a>
        </p>
      )}
    </>
  );
}
