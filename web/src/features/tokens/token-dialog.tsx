import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { CopyBlock } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { addToken, type TokenCreated } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { useAct } from "@/lib/use-act";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  ["90", "90 days"],
  ["365", "1 year"],
  ["30", "30 days"],
  ["", "never"],
] as const;

function Shown({ made, onClose }: { made: TokenCreated; onClose: () => void }) {
  return (
    <Dialog title={`Token ${made.name}`} isOpen onClose={onClose}>
      <p className="text-text-2">This token is shown once. Keep it where your CI keeps its secrets.</p>
      <CopyBlock text={made.token} label="Copy token" />
      <Button look="primary" className="justify-self-end" onClick={onClose}>
        Done
      </Button>
    </Dialog>
  );
}

/** Make a token and show it once. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<TokenCreated | null>(null);
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = Number(form.get("lifetime"));
    const scope = form.get("scope");
    await act(async () => {
      const { data } = await addToken({
        body: {
          name: String(form.get("name")).trim(),
          scopes: [scope === "admin" ? "admin" : scope === "read" ? "read" : "upload"],
          expires_at: days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString(),
        },
        throwOnError: true,
      });
      setMade(data);
      invalidate("listTokens");
    });
  };
  if (made !== null) return <Shown made={made} onClose={onClose} />;
  return (
    <Dialog title="New API token" isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          name="name"
          placeholder="CI of webshop"
          required
          maxLength={100}
          error={trouble?.fields.name}
        />
        <SelectField label="It may" name="scope" defaultValue="upload">
          <option value="upload">send reports and read</option>
          <option value="read">read</option>
          <option value="admin">do everything an administrator may</option>
        </SelectField>
        <SelectField label="It ends after" name="lifetime" defaultValue="90">
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
