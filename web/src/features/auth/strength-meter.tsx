import clsx from "clsx";
import { useEffect, useState } from "react";
import { judgePassword, type PasswordStrength } from "@/lib/api";

const PAUSE_MS = 250;
const WORDS = ["Much too easy to guess", "Too easy to guess", "Too easy to guess", "Good", "Very good"];
const COLOURS = ["bg-fail", "bg-fail", "bg-flaky", "bg-pass", "bg-pass"];

/** What the server thinks of a password, a moment after the last key; null while it has not said. Kept nowhere. */
export function useStrength(password: string, about: string): PasswordStrength | null {
  const [strength, setStrength] = useState<PasswordStrength | null>(null);
  useEffect(() => {
    setStrength(null);
    if (password === "") return;
    const abort = new AbortController();
    const body = { password, about: about === "" ? [] : about.split("\n") };
    const timer = setTimeout(() => {
      judgePassword({ body, signal: abort.signal, throwOnError: true }).then(
        ({ data }) => setStrength(data),
        // Without an answer there is no meter; the server judges again when the password is sent.
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [password, about]);
  return strength;
}

/** How hard a new password is to guess, and why not harder, in words for eyes and ears alike. */
export function StrengthMeter({ strength }: { strength: PasswordStrength | null }) {
  const score = strength?.score ?? -1;
  const word =
    strength === null ? "" : strength.is_enough ? (WORDS[score] ?? "") : (WORDS[Math.min(score, 2)] ?? "");
  const colour = strength?.is_enough === false ? COLOURS[Math.min(score, 2)] : COLOURS[score];
  return (
    <div className="grid gap-1">
      <div className="grid grid-cols-4 gap-1" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span
            key={step}
            className={clsx("h-1 rounded-full", step <= Math.max(score, 0) ? colour : "bg-sunken")}
          />
        ))}
      </div>
      <div role="status" className="min-h-[2lh] text-sm text-text-3">
        {strength === null ? (
          "At least 12 characters, hard to guess: four unrelated words do well."
        ) : (
          <>
            <span className={clsx("font-[550]", strength.is_enough ? "text-pass" : "text-fail")}>
              {word}.
            </span>{" "}
            {strength.reasons.join(" ")}
          </>
        )}
      </div>
    </div>
  );
}
