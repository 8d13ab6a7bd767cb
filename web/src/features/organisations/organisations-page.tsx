import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { PageHead } from "@/components/page";
import { Empty, Loaded, TroubleNote } from "@/components/states";
import { Table, Td, Th } from "@/components/table";
import { slugOf } from "@/features/projects/slug";
import { addOrganisation, type Me, type OrganisationSettings } from "@/lib/api";
import { listOrganisationsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count, day } from "@/lib/format";
import { useMay, useMe } from "@/lib/may";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { switchTo } from "@/lib/session";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

function NewDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [slug, setSlug] = useState("");
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), slug: slug || slugOf(name) };
    if (!(await act(() => addOrganisation({ body, throwOnError: true })))) return;
    invalidate("listOrganisations", "getMe");
    tell(`${body.name} is there, and you are its owner.`);
    onClose();
  };
  return (
    <Dialog title="New organisation" isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          required
          maxLength={100}
          value={name}
          error={trouble?.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Short name"
          help="In addresses and commands; it stays for good."
          maxLength={63}
          pattern="[a-z0-9][a-z0-9-]*"
          placeholder={slugOf(name) || "acme"}
          value={slug}
          error={trouble?.fields.slug}
          onChange={(event) => setSlug(event.target.value)}
        />
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            Make organisation
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

async function go(slug: string): Promise<void> {
  try {
    await switchTo(slug);
  } catch (problem) {
    tell(explain(problem).detail);
  }
}

function Row({ organisation, me }: { organisation: OrganisationSettings; me: Me | undefined }) {
  const isHere = me?.organisation.slug === organisation.slug;
  const canGo = !isHere && me?.organisations.some(({ slug }) => slug === organisation.slug) === true;
  return (
    <tr>
      <Td className="py-1.5">
        <span className="font-[550]">{organisation.name}</span>{" "}
        <span className="text-text-3">{organisation.slug}</span>
      </Td>
      <Td numeric>{count(organisation.member_count)}</Td>
      <Td numeric>{count(organisation.project_count)}</Td>
      <Td className="whitespace-nowrap max-sm:hidden">{day(organisation.created_at)}</Td>
      <Td numeric>
        {isHere && <span className="text-text-3">you are here</span>}
        {canGo && (
          <Button
            look="quiet"
            aria-label={`Go there: ${organisation.name}`}
            onClick={() => void go(organisation.slug)}
          >
            Go there
          </Button>
        )}
      </Td>
    </tr>
  );
}

function All() {
  const me = useMe();
  const query = useQuery(listOrganisationsOptions());
  return (
    <Card>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label="Organisations"
            head={
              <>
                <Th>Organisation</Th>
                <Th numeric>Members</Th>
                <Th numeric>Projects</Th>
                <Th className="max-sm:hidden">Since</Th>
                <Th numeric>
                  <span className="sr-only">Actions</span>
                </Th>
              </>
            }
          >
            {items.map((organisation) => (
              <Row key={organisation.id} organisation={organisation} me={me} />
            ))}
          </Table>
        )}
      </Loaded>
    </Card>
  );
}

/** Every organisation of the installation, for those who run it. */
export function Component() {
  useTitle("Organisations");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "Organisations" });
  const canAdd = useMay("org.create");
  const [isMaking, setMaking] = useState(false);
  if (!canAdd) {
    return (
      <>
        <PageHead title="Organisations" />
        <Card>
          <Empty title="Operators look after the installation">Ask one of them for an organisation.</Empty>
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Organisations"
        answer="Each has its own people, projects and rules; none sees another."
        actions={
          <Button look="primary" onClick={() => setMaking(true)}>
            New organisation
          </Button>
        }
      />
      <All />
      {isMaking && <NewDialog onClose={() => setMaking(false)} />}
    </>
  );
}
