import { CopyBlock } from "@/components/copy";
import type { Provider } from "@/lib/api";

/** What to enter at a SAML identity provider, and our metadata, which say it all. */
export function SamlFacts({ provider }: { provider: Provider }) {
  const metadata = provider.redirect_uri.replace(/acs$/, "metadata");
  const facts: [string, string][] = [
    ["Entity ID (audience)", metadata],
    ["Address for answers (ACS, reply URL)", provider.redirect_uri],
  ];
  return (
    <div className="grid gap-2">
      <dl className="grid gap-2">
        {facts.map(([name, value]) => (
          <div key={name} className="grid min-w-0 gap-0.5">
            <dt className="text-text-2">{name}</dt>
            <dd>
              <CopyBlock text={value} label={`Copy: ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <a className="link justify-self-start" href={new URL(metadata).pathname} download>
        Download our metadata
      </a>
    </div>
  );
}
