import clsx from "clsx";
import type { ButtonHTMLAttributes } from "react";
import { Link, type LinkProps } from "react-router";

type Look = "plain" | "primary" | "danger" | "quiet";

const LOOKS: Record<Look, string> = {
  plain: "border-line-strong bg-surface hover:bg-sunken",
  primary: "border-accent bg-accent text-on-accent hover:opacity-90",
  danger: "border-fail bg-surface text-fail hover:bg-fail-weak",
  quiet: "border-transparent text-text-2 hover:bg-sunken",
};

function style(look: Look, className?: string): string {
  return clsx(
    "inline-flex h-[30px] items-center gap-1.5 whitespace-nowrap rounded-md border px-3 font-[550] disabled:cursor-not-allowed disabled:opacity-50",
    LOOKS[look],
    className,
  );
}

/** A button; say `look="primary"` once a page at most. */
export function Button({
  look = "plain",
  className,
  type = "button",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  return <button type={type} className={style(look, className)} {...rest} />;
}

/** A link that looks like a button. */
export function ButtonLink({
  look = "plain",
  className,
  ...rest
}: LinkProps & { look?: Look; className?: string }) {
  return <Link className={style(look, className)} {...rest} />;
}
