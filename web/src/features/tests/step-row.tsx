import clsx from "clsx";
import { ChevronDown, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy";
import { LongText } from "@/components/long-text";
import { Markup } from "@/components/markup";
import { Chip, StatusMark, Tag, type Tone } from "@/components/status";
import { Thumb } from "@/features/tests/media";
import { type StepRow, timeOfDay, wordOf } from "@/features/tests/step-tree";
import type { StepItem } from "@/lib/api";
import { duration } from "@/lib/format";

const LOUD: Record<string, Tone> = { FAIL: "fail", ERROR: "fail", WARN: "flaky", SKIP: "skip" };

/** Text of a step as it is, or as markup where the tool wrote such, with its pictures. */
function Words({ step, text, className }: { step: StepItem; text: string; className?: string }) {
  return (
    <>
      {step.html !== "" ? (
        <Markup html={step.html} />
      ) : (
        text !== "" && <LongText text={text} className={className} />
      )}
      {step.images.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {step.images.map((image, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pictures of a message never move, and may have no name
            <Thumb key={index} image={image} />
          ))}
        </div>
      )}
    </>
  );
}

function MessageLine({ step }: { step: StepItem }) {
  const level = step.level.toUpperCase();
  const tone = LOUD[level];
  return (
    <div className="group flex flex-wrap items-start gap-x-2 py-0.5">
      <span className="flex shrink-0 items-center gap-2 font-mono text-text-3 text-xs leading-[18px]">
        {step.started_at !== null && (
          <time dateTime={step.started_at} className="max-sm:hidden">
            {timeOfDay(step.started_at)}
          </time>
        )}
        <span className="w-12">
          {tone === undefined ? level : <Chip tone={tone}>{level.toLowerCase()}</Chip>}
        </span>
      </span>
      <div className="grid min-w-0 flex-1 basis-32 grid-cols-[minmax(0,1fr)] justify-items-start gap-1">
        <Words step={step} text={step.text} className={tone === "fail" ? "text-fail" : undefined} />
      </div>
      {step.text !== "" && <CopyButton text={step.text} label="Copy this message" />}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-sm text-text-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

/** Whether a step says why it ended so, and not merely what its last message says again. */
function hasOwnMessage({ message, html, children }: StepItem): boolean {
  if (message === "" && html === "") return false;
  return !children.some(({ kind, text }) => kind === "message" && text.trim() === message.trim());
}

/** What an open step shows below its line, before its inner steps. */
function Inside({ step }: { step: StepItem }) {
  const isLong = step.arguments.join("").length > 40 || step.arguments.length > 3;
  const hasFacts = isLong || step.timeout !== "" || step.tags.length > 0 || step.doc !== "";
  return (
    <div className="mb-1 ml-6 grid grid-cols-[minmax(0,1fr)] gap-1.5">
      {hasOwnMessage(step) && (
        <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-1 rounded-sm bg-sunken py-1.5 pr-1.5 pl-2.5">
          <div className="grid min-w-0 gap-1">
            <Words
              step={step}
              text={step.message}
              className={step.status === "failed" ? "text-fail" : undefined}
            />
          </div>
          <CopyButton text={step.message} label="Copy this message" />
        </div>
      )}
      {hasFacts && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
          {isLong && (
            <Fact name="arguments">
              {step.arguments.map((argument, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: arguments never move, and may be equal
                <LongText key={index} text={argument} />
              ))}
            </Fact>
          )}
          {step.timeout !== "" && <Fact name="timeout">{step.timeout}</Fact>}
          {step.tags.length > 0 && (
            <Fact name="tags">
              <span className="flex flex-wrap gap-1">
                {step.tags.map((tag) => (
                  <Tag key={tag}>{tag}</Tag>
                ))}
              </span>
            </Fact>
          )}
          {step.doc !== "" && (
            <Fact name="about">
              <span className="whitespace-pre-line text-text-2 [overflow-wrap:anywhere]">{step.doc}</span>
            </Fact>
          )}
        </dl>
      )}
    </div>
  );
}

function Line({ row }: { row: StepRow }) {
  const { step } = row;
  const Arrow = row.isOpen ? ChevronDown : ChevronRight;
  return (
    <>
      <span className="inline-grid size-5 shrink-0 place-items-center text-text-3">
        {row.canOpen && <Arrow size={14} aria-hidden="true" />}
      </span>
      {step.status !== "" && <StatusMark word={step.status} />}
      <span
        className={clsx(
          "min-w-0 flex-1 truncate",
          row.isOpen && "whitespace-normal [overflow-wrap:anywhere]",
          step.status === "not_run" && "text-text-3",
        )}
      >
        {wordOf(step) !== "" && <b className="mr-1.5 font-semibold text-text-3 text-xs">{wordOf(step)}</b>}
        {step.assign.length > 0 && (
          <span className="mr-1 font-mono text-sm text-text-2">{step.assign.join(", ")} =</span>
        )}
        {step.owner !== "" && <span className="text-text-3">{step.owner}.</span>}
        <span className="font-medium">{step.name}</span>
        <span className="ml-2 font-mono text-sm text-text-2">{step.arguments.join("  ")}</span>
      </span>
      {step.duration_ms !== null && (
        <span className="shrink-0 whitespace-nowrap text-text-3">{duration(step.duration_ms)}</span>
      )}
    </>
  );
}

/** One row of the tree: a step with what it shows of itself, or a message. */
export function StepLine({ row, onToggle }: { row: StepRow; onToggle: () => void }) {
  if (row.step.kind === "message") return <MessageLine step={row.step} />;
  const look = "flex min-h-7 w-full items-start gap-1.5 py-1 text-left leading-5";
  return (
    <>
      {row.canOpen ? (
        <button type="button" tabIndex={-1} className={clsx(look, "hover:bg-sunken")} onClick={onToggle}>
          <Line row={row} />
        </button>
      ) : (
        <div className={look}>
          <Line row={row} />
        </div>
      )}
      {row.isOpen && <Inside step={row.step} />}
    </>
  );
}
