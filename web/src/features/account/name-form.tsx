import type { FormEvent } from "react";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { changeMe } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { useSession } from "@/lib/session";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

/** Change how one is called. */
export function NameForm({ name }: { name: string }) {
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = { name: String(new FormData(event.currentTarget).get("name")).trim() };
    const isSaved = await act(async () => {
      const { data } = await changeMe({ body, throwOnError: true });
      useSession.setState({ user: data });
    });
    if (!isSaved) return;
    invalidate("getMe");
    tell("Your name was changed.");
  };
  return (
    <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => void submit(event)}>
      <div className="min-w-0 max-w-[300px] flex-1">
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          required
          maxLength={200}
          defaultValue={name}
          error={trouble?.fields.name}
        />
      </div>
      <Button type="submit" disabled={isBusy}>
        Save
      </Button>
      {error !== null && trouble?.fields.name === undefined && <TroubleNote error={error} />}
    </form>
  );
}
