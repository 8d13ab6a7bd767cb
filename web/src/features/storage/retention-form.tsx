import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import {
  type Age,
  type AgeKind,
  type Ages,
  asQuery,
  KINDS,
  sayAge,
  sayPreview,
} from "@/features/storage/ages";
import type { Retention } from "@/lib/api";
import { previewProjectRetentionOptions, previewRetentionOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useAct } from "@/lib/use-act";

const MOST_DAYS = 36_500;
const USUAL_DAYS = 365;

function isAge(age: Age): boolean {
  return typeof age !== "number" || (Number.isInteger(age) && age >= 1 && age <= MOST_DAYS);
}

function AgeField({
  label,
  help,
  age,
  organisation,
  onChange,
}: {
  label: string;
  help: string;
  age: Age;
  organisation?: Age;
  onChange: (age: Age) => void;
}) {
  const isDays = typeof age === "number";
  const choose = (word: string) => onChange(word === "days" ? USUAL_DAYS : (word as Age));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_6rem] items-start gap-2">
      <SelectField
        label={label}
        help={help}
        value={isDays ? "days" : age}
        onChange={(event) => choose(event.target.value)}
      >
        {organisation !== undefined && (
          <option value="inherited">As the organisation ({sayAge(organisation)})</option>
        )}
        <option value="for_ever">For ever</option>
        <option value="days">For some days</option>
      </SelectField>
      {isDays && (
        <TextField
          label="Days"
          aria-label={`${label}: days`}
          type="number"
          required
          min={1}
          max={MOST_DAYS}
          value={Number.isNaN(age) ? "" : age}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
    </div>
  );
}

/** What a change would delete, before it is saved. */
function Preview({ slug, ages }: { slug: string; ages: Ages }) {
  const isSound = KINDS.every(({ kind }) => isAge(ages[kind]));
  const query = asQuery(ages);
  const forOrg = useQuery({ ...previewRetentionOptions({ query }), enabled: isSound && slug === "" });
  const forProject = useQuery({
    ...previewProjectRetentionOptions({ path: { slug }, query }),
    enabled: isSound && slug !== "",
  });
  const { data, error, isFetching } = slug === "" ? forOrg : forProject;
  if (error !== null) return <TroubleNote error={error} />;
  const sentences =
    data === undefined || isFetching ? ["Counting what this would delete…"] : sayPreview(data);
  return (
    <div role="status" className="rounded-md border border-line border-l-[3px] border-l-flaky px-4 py-2.5">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className="text-text-3">Runs with a star stay, and so do totals.</p>
    </div>
  );
}

/** How long what is kept; with a `slug` for a project, that may follow its `organisation`. */
export function RetentionForm({
  slug = "",
  saved,
  organisation,
  onSave,
}: {
  slug?: string;
  saved: Ages;
  organisation?: Retention;
  onSave: (ages: Ages) => Promise<unknown>;
}) {
  const [ages, setAges] = useState<Ages>(saved);
  const { isBusy, error, act } = useAct();
  const isChanged = KINDS.some(({ kind }) => ages[kind] !== saved[kind]);
  const isSound = KINDS.every(({ kind }) => isAge(ages[kind]));
  const set = (kind: AgeKind) => (age: Age) => setAges({ ...ages, [kind]: age });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(() => onSave(ages));
  };
  return (
    <form className="grid gap-4 px-4 pb-4" onSubmit={submit}>
      <div className="grid gap-x-8 gap-y-4 lg:grid-cols-2">
        {KINDS.map(({ kind, label, help }) => (
          <AgeField
            key={kind}
            label={label}
            help={help}
            age={ages[kind]}
            organisation={organisation?.[kind]}
            onChange={set(kind)}
          />
        ))}
      </div>
      {isChanged && <Preview slug={slug} ages={ages} />}
      {error !== null && <TroubleNote error={error} />}
      <div className="flex justify-end gap-2">
        {isChanged && <Button onClick={() => setAges(saved)}>Put back</Button>}
        <Button look="primary" type="submit" disabled={isBusy || !isChanged || !isSound}>
          Save
        </Button>
      </div>
    </form>
  );
}
