import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { listSignInProvidersOptions } from "@/lib/api/@tanstack/react-query.gen";

const PROBLEMS: Record<string, string> = {
  "account-disabled": "Your account is switched off. An administrator of the organisation can switch it on.",
  "email-unverified":
    "The provider does not say that your e-mail address is verified, so it cannot tell whose account it is.",
  "identity-conflict": "Somebody else at the provider has signed in with this e-mail address before.",
  "no-role": "You have no role in this organisation: none of your groups gives one. Ask an administrator.",
  "extra-missing": "The server lacks what this way of signing in needs. Tell its administrator.",
  "not-invited": "You are not a member of this organisation. Ask an administrator to invite you.",
  "provider-answer": "The provider’s answer could not be accepted. An administrator can test its connection.",
  "saml-refused":
    "The provider’s answer could not be accepted. Begin again; if it stays so, an administrator can test its connection.",
  "sign-in-over":
    "That sign-in was not begun in this browser within the last ten minutes, or is over. Begin again.",
  "too-many-groups":
    "You are in more groups than the provider sends. An administrator should let it send fewer.",
  "wrong-account": "That account may not sign in here. Choose another one at the provider.",
  unavailable: "The provider does not answer. Try again in a minute.",
};

/** Why a browser that came back from a provider was not signed in. */
export function ProviderProblem() {
  const [params] = useSearchParams();
  const code = params.get("problem");
  if (code === null) return null;
  return (
    <div role="alert" className="rounded-md border border-line border-l-[3px] border-l-fail px-4 py-3">
      <p className="font-semibold">You were not signed in</p>
      <p className="text-text-2">
        {PROBLEMS[code] ?? "Something went wrong on the way back from the provider."}
      </p>
      <p className="font-mono text-sm text-text-3">
        {code.slice(0, 40)}
        {params.has("request") && ` · request ${params.get("request")?.slice(0, 60)}`}
      </p>
    </div>
  );
}

const BUTTON =
  "flex h-[34px] items-center justify-center rounded-md border border-line-strong bg-surface px-3 font-[550] hover:bg-sunken";

/** The address's parameters with (or, null, without) the directory whose form is open. */
export function withDirectory(params: URLSearchParams, id: string | null): URLSearchParams {
  const changed = new URLSearchParams(params);
  changed.delete("problem");
  changed.delete("request");
  if (id === null) changed.delete("directory");
  else changed.set("directory", id);
  return changed;
}

/** The providers that lead away from here; `?organisation=` in the address names whose. */
export function ProviderButtons({ back }: { back: string }) {
  const [params] = useSearchParams();
  const organisation = params.get("organisation") ?? undefined;
  const { data } = useQuery({
    ...listSignInProvidersOptions({ query: { organisation } }),
    retry: false,
    staleTime: 60_000,
  });
  const offered = data?.items ?? [];
  if (offered.length === 0) return null;
  return (
    <ul className="grid gap-2" aria-label="Ways to sign in">
      {offered.map((each) => (
        <li key={each.id}>
          {each.url === null ? (
            <Link to={{ search: `${withDirectory(params, each.id)}` }} className={BUTTON}>
              Sign in with {each.name}
            </Link>
          ) : (
            <a href={`${each.url}?${new URLSearchParams({ next: back })}`} className={BUTTON}>
              Sign in with {each.name}
            </a>
          )}
        </li>
      ))}
      <li aria-hidden="true" className="flex items-center gap-3 text-sm text-text-3">
        <span className="h-px flex-1 bg-line" />
        or
        <span className="h-px flex-1 bg-line" />
      </li>
    </ul>
  );
}
