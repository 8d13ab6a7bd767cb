import { Popover } from "@base-ui/react/popover";
import { CircleHelp } from "lucide-react";

/** A term of the query language and what it finds. */
export interface Hint {
  term: string;
  finds: string;
}

/** What can be written into a search, on demand. */
export function QueryHelp({ hints }: { hints: Hint[] }) {
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label="How to search"
        title="How to search"
        className="inline-grid size-[30px] shrink-0 place-items-center rounded-sm text-text-3 hover:text-accent"
      >
        <CircleHelp size={15} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="z-50">
          <Popover.Popup className="grid w-[min(420px,calc(100vw-24px))] gap-2 rounded-md border border-line bg-raised p-4 shadow-pop">
            <Popover.Title className="font-semibold">How to search</Popover.Title>
            <Popover.Description className="text-text-2">
              All words must occur. Quote a phrase; narrow with keys:
            </Popover.Description>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
              {hints.map(({ term, finds }) => (
                <div key={term} className="contents">
                  <dt className="whitespace-nowrap font-mono text-sm">{term}</dt>
                  <dd className="text-text-2">{finds}</dd>
                </div>
              ))}
            </dl>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
