import { CopyButton } from "@/components/copy";

/** Recovery codes, shown this once: to copy, or to save as a file. */
export function RecoveryCodes({ codes, email }: { codes: string[]; email: string }) {
  const text = [`TestFlux recovery codes of ${email}; each is good once.`, "", ...codes, ""].join("\n");
  return (
    <div className="grid gap-2">
      <p className="text-text-2">
        Keep these away from your telephone. Each is good once instead of a code of the app; nobody can show
        them again.
      </p>
      <div className="flex items-start gap-2 rounded-sm bg-sunken px-3 py-2">
        <ol aria-label="Recovery codes" className="grid flex-1 gap-x-4 font-mono text-sm sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
        <CopyButton text={text} label="Copy the codes" />
      </div>
      <a
        className="link justify-self-start"
        download="testflux-recovery-codes.txt"
        href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
      >
        Save as a file
      </a>
    </div>
  );
}
