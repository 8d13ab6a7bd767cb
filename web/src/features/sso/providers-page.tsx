import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty, Loaded, TroubleNote } from "@/components/states";
import { DomainsCard } from "@/features/sso/domains-card";
import { kindOf } from "@/features/sso/kinds";
import { type Provider, requireProvider } from "@/lib/api";
import { listProvidersOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

function stateOf(provider: Provider): string {
  if (provider.is_required) return "required";
  return provider.is_enabled ? "on" : "off";
}

function Rule({ providers }: { providers: Provider[] }) {
  const { isBusy, error, act } = useAct();
  const required = providers.find((provider) => provider.is_required);
  const ready = providers.filter((provider) => provider.is_enabled && provider.tested_at !== null);
  const set = (provider: Provider | null) =>
    act(async () => {
      await requireProvider({ body: { provider: provider?.id ?? null }, throwOnError: true });
      invalidate("listProviders", "getProvider");
      tell(
        provider === null
          ? "People sign in in any way again."
          : `Everybody signs in through ${provider.name} now.`,
      );
    });
  return (
    <Card title="Single sign-on required">
      <div className="grid justify-items-start gap-2 p-4 pt-1">
        <p className="max-w-[68ch] text-text-2">
          {required === undefined
            ? "People sign in with a password or through any provider that is on. Once one is required, everybody else is signed out. Owners whom a person made owners can always use their password: somebody must get in when the provider is away."
            : `Everybody but owners signs in through ${required.name}. Owners whom a person made owners can use their password, to mend it when it is away.`}
        </p>
        {required !== undefined && (
          <Button disabled={isBusy} onClick={() => void set(null)}>
            Lift the requirement
          </Button>
        )}
        {required === undefined && ready.length === 0 && (
          <p className="text-text-3">
            A provider can be required once it is on and an owner has come through its test.
          </p>
        )}
        {required === undefined &&
          ready.map((provider) => (
            <Button key={provider.id} disabled={isBusy} onClick={() => void set(provider)}>
              Require {provider.name}
            </Button>
          ))}
      </div>
      {error !== null && <TroubleNote error={error} />}
    </Card>
  );
}

/** Where the organisation's people sign in. */
export function Component() {
  useTitle("Sign-in providers");
  useCrumbs("providers", { label: "Sign-in providers" });
  if (useMay("sso.manage")) return <Providers />;
  return (
    <>
      <h1 className="font-semibold text-lg">Sign-in providers</h1>
      <Card>
        <Empty title="Owners set up how people sign in">Ask one of them.</Empty>
      </Card>
    </>
  );
}

function Providers() {
  const query = useQuery(listProvidersOptions());
  return (
    <>
      <PageHead
        title="Sign-in providers"
        answer="People sign in the way they already do, and get roles by their groups."
        actions={
          <ButtonLink look="primary" to="/sign-in-providers/new">
            New provider
          </ButtonLink>
        }
      />
      <Card title="Providers">
        <Loaded query={query} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Everybody signs in with a password">
                Set up a provider: OpenID Connect, Microsoft, Google or GitHub.
              </Empty>
            ) : (
              <ul aria-label="Providers">
                {items.map((provider) => (
                  <li
                    key={provider.id}
                    className="flex flex-wrap items-center gap-x-3 border-line border-t px-4 py-2.5"
                  >
                    <Link to={`/sign-in-providers/${provider.id}`} className="link font-[550]">
                      {provider.name}
                    </Link>
                    <span className="text-text-3">{kindOf(provider.kind)?.label}</span>
                    <span className="ml-auto text-text-2">
                      {provider.people === 1 ? "1 person" : `${provider.people} people`} · {stateOf(provider)}
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      <DomainsCard />
      {query.data !== undefined && <Rule providers={query.data.items} />}
    </>
  );
}
