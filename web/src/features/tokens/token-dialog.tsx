import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { CopyBlock } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { addMyToken, addToken, type TokenCreated } from "@/lib/api";
import { listProjectsOptions, listRolesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMaySomewhere } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "1 year"],
  ["", "never"],
] as const;

function Shown({ made, onClose }: { made: TokenCreated; onClose: () => void }) {
  return (
    <Dialog title={`Token ${made.name}`} isOpen onClose={onClose}>
      <p className="text-text-2">This token is shown once. Keep it where your CI keeps its secrets.</p>
      <CopyBlock text={made.token} label="Copy token" />
      {made.warnings.map((warning) => (
        <p key={warning} className="text-broken">
          {warning}
        </p>
      ))}
      <Button look="primary" className="justify-self-end" onClick={onClose}>
        Done
      </Button>
    </Dialog>
  );
}

/** Which projects: all, or those that are ticked. */
function Projects({ error }: { error?: string }) {
  const [isSome, setSome] = useState(false);
  const { data } = useQuery({ ...listProjectsOptions({ query: { limit: 500 } }), enabled: isSome });
  return (
    <>
      <SelectField
        label="It works in"
        name="reach"
        value={isSome ? "some" : "all"}
        onChange={(event) => setSome(event.target.value === "some")}
        error={error}
      >
        <option value="all">all projects</option>
        <option value="some">some projects</option>
      </SelectField>
      {isSome && (
        <fieldset className="grid max-h-40 gap-1 overflow-y-auto rounded-md border border-line p-2">
          <legend className="sr-only">Projects</legend>
          {data?.items.map((project) => (
            <label key={project.slug} className="flex min-h-6 items-center gap-2">
              <input type="checkbox" name="project" value={project.slug} className="size-4 shrink-0" />
              <span className="[overflow-wrap:anywhere]">{project.name}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

function Scope() {
  const canUpload = useMaySomewhere("upload.create");
  return (
    <SelectField label="It may" name="scope" defaultValue={canUpload ? "upload" : "read"}>
      {canUpload && <option value="upload">send reports and read</option>}
      <option value="read">read</option>
      <option value="admin">do everything I may</option>
    </SelectField>
  );
}

function RoleChoice({ error }: { error?: string }) {
  const { data } = useQuery(listRolesOptions());
  const roles = data?.items.filter((role) => role.may_give) ?? [];
  return (
    <SelectField
      label="Its role"
      name="role"
      key={roles.length}
      defaultValue={roles.some(({ key }) => key === "member") ? "member" : undefined}
      help="It stands for nobody, and stays when its maker leaves."
      error={error}
    >
      {roles.map((role) => (
        <option key={role.key} value={role.key}>
          {role.name}
        </option>
      ))}
    </SelectField>
  );
}

/** Make a token, for oneself or for a service, and show it once. */
export function TokenDialog({ isService, onClose }: { isService: boolean; onClose: () => void }) {
  const [made, setMade] = useState<TokenCreated | null>(null);
  const [lifetime, setLifetime] = useState(isService ? "365" : "90");
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const projects = form.getAll("project").map(String);
    const body = {
      name: String(form.get("name")).trim(),
      projects: form.get("reach") === "some" ? projects : null,
      expires_at: lifetime === "" ? null : new Date(Date.now() + Number(lifetime) * DAY_MS).toISOString(),
    };
    await act(async () => {
      const { data } = isService
        ? await addToken({ body: { ...body, role: String(form.get("role")) }, throwOnError: true })
        : await addMyToken({ body: { ...body, scopes: [String(form.get("scope"))] }, throwOnError: true });
      setMade(data);
      invalidate("listTokens");
      invalidate("listMyTokens");
    });
  };
  if (made !== null) return <Shown made={made} onClose={onClose} />;
  return (
    <Dialog title={isService ? "New service token" : "New API token"} isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          name="name"
          placeholder="CI of webshop"
          required
          maxLength={100}
          error={trouble?.fields.name}
        />
        {isService ? <RoleChoice error={trouble?.fields.role} /> : <Scope />}
        <Projects error={trouble?.fields.projects && "Tick at least one project."} />
        <SelectField
          label="It ends after"
          value={lifetime}
          onChange={(event) => setLifetime(event.target.value)}
          help={
            lifetime === "" ? "Whoever finds such a token can use it until somebody revokes it." : undefined
          }
        >
          {LIFETIMES.map(([days, label]) => (
            <option key={label} value={days}>
              {label}
            </option>
          ))}
        </SelectField>
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            Make token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
