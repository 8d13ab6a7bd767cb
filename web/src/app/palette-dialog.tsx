import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { useNavigate } from "react-router";
import { closePalette } from "@/app/palette-store";
import { usePlace } from "@/app/place";
import type { Me, Project } from "@/lib/api";
import { listProjectsOptions, listRunsOptions, listTestsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { may, useMaySomewhere, useMe } from "@/lib/may";

interface Goal {
  key: string;
  label: string;
  note: string;
  to: string;
}

const SHORTEST_SEARCH = 2;
const FEW = 6;

function pages(slug: string, me: Me | undefined, canSend: boolean): Goal[] {
  const everywhere = [
    ["All projects", "/"],
    ["All runs", "/runs"],
    ["Projects", "/projects"],
    ["Account", "/account"],
    ...(canSend ? [["Upload reports", "/upload"]] : []),
    ...(may(me, "member.read")
      ? [
          ["Members", "/members"],
          ["Roles", "/roles"],
        ]
      : []),
    ["API tokens", "/tokens"],
  ];
  const here =
    slug === ""
      ? []
      : [
          ...["Runs", "Tests", "Load", "Security", "Trends", "Uploads"],
          ...(may(me, "channel.manage", slug) ? ["Notifications"] : []),
        ];
  return [
    ...here.map((label) => ({
      key: `here${label}`,
      label,
      note: slug,
      to: `/p/${slug}/${label.toLowerCase()}`,
    })),
    ...everywhere.map(([label = "", to = ""]) => ({ key: to, label, note: "page", to })),
  ];
}

const projectGoal = (project: Project): Goal => ({
  key: project.slug,
  label: project.name,
  note: "project",
  to: `/p/${project.slug}`,
});

function useGoals(typed: string): Goal[] {
  const slug = usePlace((place) => place.slug);
  const me = useMe();
  const canSend = useMaySomewhere("upload.create");
  const wanted = useDeferredValue(typed.trim());
  const isSearch = wanted.length >= SHORTEST_SEARCH;
  const { data: projects } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  const { data: runs } = useQuery({
    ...listRunsOptions({ query: { q: wanted, limit: FEW } }),
    enabled: isSearch,
    retry: false,
  });
  const { data: tests } = useQuery({
    ...listTestsOptions({ path: { slug }, query: { q: wanted, limit: FEW } }),
    enabled: isSearch && slug !== "",
    retry: false,
  });
  const matches = ({ label }: Goal) => label.toLowerCase().includes(wanted.toLowerCase());
  const found = [...(projects?.items.map(projectGoal) ?? []), ...pages(slug, me, canSend)].filter(matches);
  if (!isSearch) return found;
  return [
    ...found,
    ...(runs?.items.map((run) => ({
      key: run.id,
      label: `#${run.number} ${run.name}`,
      note: `run of ${run.project.name}, ${ago(run.started_at)}`,
      to: run.url,
    })) ?? []),
    ...(tests?.items.map((test) => ({
      key: test.test_id,
      label: test.name,
      note: `test in ${test.suite}`,
      to: `/tests/${test.test_id}`,
    })) ?? []),
  ];
}

/** Type where to go. */
export function PaletteDialog() {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const goals = useGoals(typed);
  const navigate = useNavigate();
  const id = useId();
  const index = Math.min(active, goals.length - 1);
  const go = (goal: Goal | undefined) => {
    if (goal === undefined) return;
    closePalette();
    void navigate(goal.to);
  };
  const press = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") go(goals[index]);
    if (move === undefined || goals.length === 0) return;
    event.preventDefault();
    setActive((index + move + goals.length) % goals.length);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && closePalette()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#0d111799]" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-md border border-line bg-raised shadow-pop">
          <Dialog.Title className="sr-only">Search or jump to</Dialog.Title>
          <input
            role="combobox"
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={goals[index] && `${id}-${index}`}
            aria-label="Search or jump to"
            placeholder="A project, page, run or test…"
            className="h-11 w-full border-line border-b bg-raised px-4 text-[14px] focus-visible:outline-none"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setActive(0);
            }}
            onKeyDown={press}
          />
          <div id={id} role="listbox" aria-label="Places" className="max-h-[50vh] overflow-y-auto p-1">
            {goals.map((goal, place) => (
              <button
                key={goal.key}
                id={`${id}-${place}`}
                type="button"
                role="option"
                tabIndex={-1}
                aria-selected={place === index}
                className={clsx(
                  "flex h-8 w-full items-center gap-3 rounded-sm px-3 text-left",
                  place === index && "bg-accent-weak",
                )}
                onMouseMove={() => setActive(place)}
                onClick={() => go(goal)}
              >
                <span className="min-w-0 flex-1 truncate">{goal.label}</span>
                <span className="max-w-[50%] shrink-0 truncate text-text-3">{goal.note}</span>
              </button>
            ))}
          </div>
          {goals.length === 0 && <p className="px-4 pb-4 text-text-3">Nothing by that name.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
