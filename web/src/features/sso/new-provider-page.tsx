import { Link, useNavigate, useSearchParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { ButtonLink } from "@/components/button";
import { PageHead } from "@/components/page";
import { KINDS, kindOf } from "@/features/sso/kinds";
import { ProviderForm } from "@/features/sso/provider-form";
import { tell } from "@/lib/toasts";
import { useTitle } from "@/lib/use-title";

/** Set up a provider: its kind first, then everything else. */
export function Component() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const kind = kindOf(params.get("kind"));
  useTitle("New sign-in provider");
  useCrumbs("new-provider", { label: "Sign-in providers", to: "/sign-in-providers" }, { label: "New" });
  if (kind === undefined)
    return (
      <>
        <PageHead title="New sign-in provider" answer="Which kind is it?" />
        <ul className="grid gap-3 sm:grid-cols-2">
          {KINDS.map((each) => (
            <li key={each.key}>
              <Link
                to={`?kind=${each.key}`}
                className="block h-full rounded-md border border-line bg-surface px-4 py-3 hover:border-accent"
              >
                <strong className="font-semibold">{each.label}</strong>
                <span className="block text-text-2">{each.about}</span>
              </Link>
            </li>
          ))}
        </ul>
      </>
    );
  return (
    <>
      <PageHead
        title={`New sign-in provider: ${kind.label}`}
        answer="After saving you see the address to enter at the provider, test the connection, and switch it on."
        actions={<ButtonLink to="/sign-in-providers/new">Another kind</ButtonLink>}
      />
      <ProviderForm
        key={kind.key}
        kind={kind}
        provider={null}
        onSaved={(saved) => {
          tell(`${saved.name} was saved. Nobody sees it yet.`);
          void navigate(`/sign-in-providers/${saved.id}`);
        }}
      />
    </>
  );
}
