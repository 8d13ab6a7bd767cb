import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { SelectField, TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { saveAuditRetention } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

const FEWEST_DAYS = 90;
const USUAL_DAYS = 730;

/** How long the log is kept. */
export function AgeForm({ days }: { days: number | null }) {
  const [chosen, setChosen] = useState<number | null>(days);
  const { isBusy, error, act } = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const isDone = await act(() => saveAuditRetention({ body: { days: chosen }, throwOnError: true }));
    if (!isDone) return;
    invalidate("getAuditState", "listAuditEvents");
    tell("It takes effect the next night.");
  };
  return (
    <form className="grid justify-items-start gap-3 px-4 pb-4" onSubmit={(event) => void submit(event)}>
      <p className="max-w-[68ch] text-text-2">
        Whole months go. In their place stays an event that says how many went, and seals where the chain goes
        on.
      </p>
      <div className="grid w-full max-w-md grid-cols-[minmax(0,1fr)_7rem] items-start gap-2">
        <SelectField
          label="Keep the log"
          value={chosen === null ? "for_ever" : "days"}
          onChange={(event) => setChosen(event.target.value === "days" ? USUAL_DAYS : null)}
        >
          <option value="for_ever">For ever</option>
          <option value="days">For some days</option>
        </SelectField>
        {chosen !== null && (
          <TextField
            label="Days"
            type="number"
            required
            min={FEWEST_DAYS}
            max={36_500}
            value={Number.isNaN(chosen) ? "" : chosen}
            onChange={(event) => setChosen(event.target.valueAsNumber)}
          />
        )}
      </div>
      {error !== null && <TroubleNote error={error} />}
      <Button type="submit" disabled={isBusy || chosen === days}>
        Save
      </Button>
    </form>
  );
}
