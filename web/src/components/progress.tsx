import clsx from "clsx";

/** How far something is, as a bar: `share` counts to 1. */
export function Progress({ label, share, className }: { label: string; share: number; className?: string }) {
  return (
    <progress
      aria-label={label}
      max={1}
      value={share}
      className={clsx(
        "h-1.5 appearance-none overflow-hidden rounded-full border-0 bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent",
        className,
      )}
    />
  );
}
