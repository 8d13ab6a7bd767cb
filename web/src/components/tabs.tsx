import clsx from "clsx";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

/** One view of a page; `note` is a quiet count beside its name. */
export interface Tab {
  key: string;
  label: string;
  note?: string;
}

/** Views of one thing; arrow keys move between them. The panel below must carry `id="panel"`. */
export function Tabs({
  tabs,
  active,
  onChoose,
  label,
}: {
  tabs: Tab[];
  active: string;
  onChoose: (key: string) => void;
  label: string;
}) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place to scroll to
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>("[aria-selected=true]");
    const row = list.current;
    if (
      chosen &&
      row &&
      chosen.offsetLeft + chosen.offsetWidth > row.offsetLeft + row.clientWidth + row.scrollLeft
    )
      row.scrollLeft = chosen.offsetLeft - row.offsetLeft - row.clientWidth / 3;
  }, [active]);
  const press = (event: KeyboardEvent) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move === undefined) return;
    const index = (tabs.findIndex(({ key }) => key === active) + move + tabs.length) % tabs.length;
    onChoose(tabs[index]?.key ?? active);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      className="flex gap-1 overflow-x-auto px-2"
      onKeyDown={press}
    >
      {tabs.map((tab) => {
        const isActive = tab.key === active;
        return (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`tab-${tab.key}`}
            aria-selected={isActive}
            aria-controls="panel"
            tabIndex={isActive ? 0 : -1}
            className={clsx(
              "whitespace-nowrap border-b-2 px-2.5 py-2",
              isActive
                ? "border-accent font-semibold text-text"
                : "border-transparent text-text-2 hover:text-text",
            )}
            onClick={() => onChoose(tab.key)}
          >
            {tab.label}
            {tab.note !== undefined && <span className="ml-1 font-medium text-text-3">{tab.note}</span>}
          </button>
        );
      })}
    </div>
  );
}

/** What the chosen tab shows. */
export function TabPanel({ active, children }: { active: string; children: ReactNode }) {
  return (
    <div role="tabpanel" id="panel" aria-labelledby={`tab-${active}`} className="grid min-w-0 gap-4">
      {children}
    </div>
  );
}
