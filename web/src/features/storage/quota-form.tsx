import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { readGigabytes } from "@/features/storage/ages";
import { useAct } from "@/lib/use-act";

export interface QuotaField {
  key: string;
  label: string;
  help: string;
  value: number | null;
}

function write(value: number | null): string {
  return value === null ? "" : String(value / 1e9);
}

/** Quotas in gigabytes; nothing written means no quota. */
export function QuotaForm({
  fields,
  onSave,
}: {
  fields: QuotaField[];
  onSave: (values: Record<string, number | null>) => Promise<unknown>;
}) {
  const saved = Object.fromEntries(fields.map(({ key, value }) => [key, write(value)]));
  const [texts, setTexts] = useState(saved);
  const { isBusy, error, act } = useAct();
  const read = fields.map(({ key }) => [key, readGigabytes(texts[key] ?? "")] as const);
  const wrong = (key: string) => read.some(([name, value]) => name === key && value === undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const sound = read.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    void act(() => onSave(Object.fromEntries(sound)));
  };
  return (
    <form className="grid gap-4 px-4 pb-4" onSubmit={submit}>
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
        {fields.map(({ key, label, help }) => (
          <TextField
            key={key}
            label={label}
            help={help}
            inputMode="decimal"
            placeholder="no quota"
            value={texts[key]}
            error={wrong(key) ? "Write a number of gigabytes, or nothing." : undefined}
            onChange={(event) => setTexts({ ...texts, [key]: event.target.value })}
          />
        ))}
      </div>
      {error !== null && <TroubleNote error={error} />}
      <div className="flex justify-end">
        <Button
          look="primary"
          type="submit"
          disabled={
            isBusy ||
            read.some(([, value]) => value === undefined) ||
            fields.every(({ key }) => texts[key] === saved[key])
          }
        >
          Save
        </Button>
      </div>
    </form>
  );
}
