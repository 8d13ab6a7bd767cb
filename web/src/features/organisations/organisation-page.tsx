import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CheckField, TextField } from "@/components/field";
import { PageHead } from "@/components/page";
import { Empty, Loaded, TroubleNote } from "@/components/states";
import { changeOrganisation, type OrganisationSettings } from "@/lib/api";
import { getOrganisationOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

function Settings({ organisation }: { organisation: OrganisationSettings }) {
  const [name, setName] = useState(organisation.name);
  const [isPasswordAllowed, setPasswordAllowed] = useState(organisation.is_password_allowed);
  const [isFactorRequired, setFactorRequired] = useState(organisation.is_second_factor_required);
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      name: name.trim(),
      is_password_allowed: isPasswordAllowed,
      is_second_factor_required: isFactorRequired,
    };
    if (!(await act(() => changeOrganisation({ body, throwOnError: true })))) return;
    invalidate("getOrganisation", "getMe");
    tell("The organisation was changed.");
  };
  return (
    <form className="grid max-w-[560px] gap-4 px-4 pb-4" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Name"
        required
        maxLength={100}
        value={name}
        error={trouble?.fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset className="grid gap-3">
        <legend className="mb-2 text-text-2">How people sign in</legend>
        <CheckField
          label="By password"
          help="Without it, people sign in at a provider. Owners still may use theirs, to mend it."
          checked={isPasswordAllowed}
          onChange={(event) => setPasswordAllowed(event.target.checked)}
        />
        <CheckField
          label="With a second factor"
          help="Who signs in by password and has none yet can only set one up."
          checked={isFactorRequired}
          onChange={(event) => setFactorRequired(event.target.checked)}
        />
        <p className="text-sm text-text-3">
          {organisation.required_provider_id === null
            ? "No provider is required of everybody. "
            : "One provider is required of everybody but owners. "}
          <Link to="/sign-in-providers" className="link">
            Sign-in providers
          </Link>
        </p>
      </fieldset>
      {error !== null && <TroubleNote error={error} />}
      <Button look="primary" type="submit" className="justify-self-start" disabled={isBusy}>
        Save
      </Button>
    </form>
  );
}

function OwnOrganisation() {
  const query = useQuery(getOrganisationOptions());
  return (
    <Card title="Organisation">
      <Loaded query={query}>
        {(organisation) => <Settings key={JSON.stringify(organisation)} organisation={organisation} />}
      </Loaded>
    </Card>
  );
}

/** The organisation one looks at: its name, and how its people sign in. */
export function Component() {
  useTitle("Organisation");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Organisation" });
  const canEdit = useMay("org.edit");
  return (
    <>
      <PageHead title="Organisation settings" />
      {canEdit ? (
        <OwnOrganisation />
      ) : (
        <Card>
          <Empty title="Owners look after the organisation">Tell one of them what should be different.</Empty>
        </Card>
      )}
    </>
  );
}
