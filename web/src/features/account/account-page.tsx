import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { SelectField } from "@/components/field";
import { IdentitiesCard } from "@/features/account/identities-card";
import { NameForm } from "@/features/account/name-form";
import { PasswordForm } from "@/features/account/password-form";
import { SecondFactorCard } from "@/features/account/second-factor-card";
import { SignInsCard } from "@/features/account/sign-ins-card";
import type { User } from "@/lib/api";
import { getMySecondFactorOptions, getSystemOptions } from "@/lib/api/@tanstack/react-query.gen";
import { type Theme, useAppearance } from "@/lib/appearance";
import { signOut, useSession } from "@/lib/session";
import { useTitle } from "@/lib/use-title";

function PasswordCard({ user }: { user: User }) {
  const { data } = useQuery(getMySecondFactorOptions());
  return (
    <Card title="Password">
      {data?.has_password === false ? (
        <p className="px-4 pb-4 text-text-2">You have none here: you sign in at an identity provider.</p>
      ) : (
        <PasswordForm about={[user.name, user.email]} />
      )}
    </Card>
  );
}

/** One's own account: who one is, how one signs in and where, how the page looks. */
export function Component() {
  useTitle("Your account");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Your account" });
  const user = useSession((session) => session.user);
  const { theme, setTheme } = useAppearance();
  const system = useQuery(getSystemOptions());
  if (user === null) return null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3">
        <h1 className="font-semibold text-lg">{user.name}</h1>
        <span className="text-text-3 [overflow-wrap:anywhere]">
          {user.email}
          {user.role !== "" && `, ${user.role}`}
        </span>
        <Button className="ml-auto" onClick={() => void signOut()}>
          Sign out
        </Button>
      </div>
      <Card title="You">
        <div className="grid gap-3 px-4 pb-4">
          <NameForm key={user.name} name={user.name} />
          <div className="max-w-[300px]">
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
        </div>
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <PasswordCard user={user} />
        <div className="grid gap-4">
          <SecondFactorCard email={user.email} />
          <IdentitiesCard />
          <Card title="API tokens">
            <p className="px-4 pb-4 text-text-2">
              Scripts that act for you use{" "}
              <Link to="/tokens" className="link">
                tokens of your own
              </Link>
              .
            </p>
          </Card>
        </div>
      </div>
      <SignInsCard />
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
