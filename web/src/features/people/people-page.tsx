import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { Empty, Loaded, TroubleNote } from "@/components/states";
import { Chip } from "@/components/status";
import { Table, Td, Th } from "@/components/table";
import { addUser, changeUser, type User, type UserChange, type UserCreated } from "@/lib/api";
import { listUsersOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useMay } from "@/lib/may";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { useSession } from "@/lib/session";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

async function change(user: User, changes: UserChange, told: string): Promise<void> {
  try {
    await changeUser({ path: { user_id: user.id }, body: changes, throwOnError: true });
    invalidate("listUsers");
    tell(told);
  } catch (error) {
    tell(explain(error).detail);
  }
}

function Row({ user, isSelf }: { user: User; isSelf: boolean }) {
  return (
    <tr>
      <Td>
        <span className="font-[550]">{user.name}</span> {isSelf && <span className="text-text-3">(you)</span>}
        <div className="text-sm text-text-3 [overflow-wrap:anywhere]">{user.email}</div>
      </Td>
      <Td>
        <SelectField
          label={`Role of ${user.name}`}
          hideLabel
          className="my-1"
          disabled={isSelf}
          value={user.role}
          onChange={(event) =>
            void change(
              user,
              { role: event.target.value === "viewer" ? "viewer" : "admin" },
              `${user.name} is now ${event.target.value}.`,
            )
          }
        >
          <option value="admin">admin</option>
          <option value="viewer">viewer</option>
        </SelectField>
      </Td>
      <Td className="whitespace-nowrap max-sm:hidden">
        {user.last_sign_in_at === null ? "never signed in" : ago(user.last_sign_in_at)}
      </Td>
      <Td>
        {user.is_disabled ? <Chip tone="skip">switched off</Chip> : <Chip tone="pass">may sign in</Chip>}
      </Td>
      <Td numeric>
        {!isSelf && (
          <Button
            look="quiet"
            aria-label={`${user.is_disabled ? "Let in" : "Switch off"} ${user.name}`}
            onClick={() =>
              void change(
                user,
                { is_disabled: !user.is_disabled },
                user.is_disabled
                  ? `${user.name} may sign in again.`
                  : `${user.name} is signed out and may not sign in.`,
              )
            }
          >
            {user.is_disabled ? "Let in" : "Switch off"}
          </Button>
        )}
      </Td>
    </tr>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<UserCreated | null>(null);
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    await act(async () => {
      const { data } = await addUser({
        body: {
          email: String(form.get("email")).trim(),
          name: String(form.get("name")).trim(),
          role: form.get("role") === "viewer" ? "viewer" : "admin",
        },
        throwOnError: true,
      });
      setMade(data);
      invalidate("listUsers");
    });
  };
  if (made !== null) {
    return (
      <Dialog title={`${made.name} may sign in`} isOpen onClose={onClose}>
        {made.password !== null && (
          <>
            <p className="text-text-2">
              This password is shown once. Hand it over, and ask for it to be changed after the first sign-in.
            </p>
            <CopyBlock text={made.password} label="Copy password" />
          </>
        )}
        <Button look="primary" className="justify-self-end" onClick={onClose}>
          Done
        </Button>
      </Dialog>
    );
  }
  return (
    <Dialog title="Add a person" isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField label="Name" name="name" required maxLength={100} error={trouble?.fields.name} />
        <TextField label="E-mail" name="email" type="email" required error={trouble?.fields.email} />
        <SelectField
          label="Role"
          name="role"
          help="Administrators manage and send; users read."
          defaultValue="viewer"
        >
          <option value="viewer">viewer</option>
          <option value="admin">admin</option>
        </SelectField>
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Who may sign in, and as what. */
export function Component() {
  useTitle("People");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "People" });
  const canManage = useMay("member.manage");
  const self = useSession((session) => session.user?.id);
  const [isAdding, setAdding] = useState(false);
  const query = useQuery({ ...listUsersOptions(), enabled: canManage });
  if (!canManage) {
    return (
      <Card>
        <h1 className="sr-only">People</h1>
        <Empty title="Only administrators see this page">
          Ask an administrator for the role if you need it.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <div className="flex items-center">
        <h1 className="font-semibold text-lg">People</h1>
        <Button look="primary" className="ml-auto" onClick={() => setAdding(true)}>
          Add a person
        </Button>
      </div>
      <Card>
        <Loaded query={query}>
          {({ items }) => (
            <Table
              label="People"
              head={
                <>
                  <Th>Person</Th>
                  <Th>Role</Th>
                  <Th className="max-sm:hidden">Last signed in</Th>
                  <Th>State</Th>
                  <Th numeric>
                    <span className="sr-only">Actions</span>
                  </Th>
                </>
              }
            >
              {items.map((user) => (
                <Row key={user.id} user={user} isSelf={user.id === self} />
              ))}
            </Table>
          )}
        </Loaded>
      </Card>
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
    </>
  );
}
