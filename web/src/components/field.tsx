import clsx from "clsx";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

const CONTROL =
  "h-[30px] w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 aria-[invalid=true]:border-fail";

/** A labelled control with its help and its error. */
function Field({
  id,
  label,
  help,
  error,
  hideLabel,
  children,
}: {
  id: string;
  label: string;
  help?: string;
  error?: string;
  hideLabel?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="grid min-w-0 content-start gap-1">
      <label htmlFor={id} className={clsx(hideLabel ? "sr-only" : "text-text-2")}>
        {label}
      </label>
      {children}
      {help !== undefined && (
        <p id={`${id}-help`} className="text-sm text-text-3">
          {help}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-fail text-sm">
          {error}
        </p>
      )}
    </div>
  );
}

interface Labelled {
  label: string;
  help?: string;
  error?: string;
  hideLabel?: boolean;
}

function describedBy(id: string, { help, error }: Labelled): string | undefined {
  return (
    [help !== undefined && `${id}-help`, error !== undefined && `${id}-error`].filter(Boolean).join(" ") ||
    undefined
  );
}

/** A line of text with its label. */
export function TextField({
  label,
  help,
  error,
  hideLabel,
  className,
  ...rest
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Field id={id} label={label} help={help} error={error} hideLabel={hideLabel}>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={describedBy(id, { label, help, error })}
        className={clsx(CONTROL, className)}
        {...rest}
      />
    </Field>
  );
}

/** One of several choices with its label. */
export function SelectField({
  label,
  help,
  error,
  hideLabel,
  className,
  children,
  ...rest
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Field id={id} label={label} help={help} error={error} hideLabel={hideLabel}>
      <select
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={describedBy(id, { label, help, error })}
        className={clsx(CONTROL, className)}
        {...rest}
      >
        {children}
      </select>
    </Field>
  );
}

/** A switch with its label beside it. */
export function CheckField({
  label,
  help,
  ...rest
}: Pick<Labelled, "label" | "help"> & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
      <input
        id={id}
        type="checkbox"
        className="mt-0.5 size-4"
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        {...rest}
      />
      <label htmlFor={id}>{label}</label>
      {help !== undefined && (
        <p id={`${id}-help`} className="col-start-2 text-sm text-text-3">
          {help}
        </p>
      )}
    </div>
  );
}

/** Several lines of text with their label. */
export function AreaField({
  label,
  help,
  error,
  hideLabel,
  className,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Field id={id} label={label} help={help} error={error} hideLabel={hideLabel}>
      <textarea
        id={id}
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={describedBy(id, { label, help, error })}
        className={clsx(
          "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 py-1.5 font-mono text-sm aria-[invalid=true]:border-fail",
          className,
        )}
        {...rest}
      />
    </Field>
  );
}
