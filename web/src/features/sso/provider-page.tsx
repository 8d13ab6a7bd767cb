import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { ConfirmDialog } from "@/components/dialog";
import { PageHead } from "@/components/page";
import { Loaded, TroubleNote } from "@/components/states";
import { kindOf } from "@/features/sso/kinds";
import { ProviderForm } from "@/features/sso/provider-form";
import { TestConnection } from "@/features/sso/test-connection";
import { changeProvider, dropProvider, type Provider } from "@/lib/api";
import { getProviderOptions } from "@/lib/api/@tanstack/react-query.gen";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";
import { useTitle } from "@/lib/use-title";

/** One provider: how it is set up, a test of it, and whether people see it. */
export function Component() {
  const id = useParams().providerId ?? "";
  const query = useQuery(getProviderOptions({ path: { provider_id: id } }));
  const name = query.data?.name ?? "Sign-in provider";
  useTitle(name);
  useCrumbs(id + name, { label: "Sign-in providers", to: "/sign-in-providers" }, { label: name });
  return (
    <Loaded query={query} rows={8} heading="Sign-in provider">
      {(provider) => <ProviderView provider={provider} />}
    </Loaded>
  );
}

function ProviderView({ provider }: { provider: Provider }) {
  const [params] = useSearchParams();
  const [isLeaving, setLeaving] = useState(false);
  const navigate = useNavigate();
  const { isBusy, error, act } = useAct();
  const kind = kindOf(provider.kind);
  const path = { provider_id: provider.id };
  const turn = () =>
    act(async () => {
      await changeProvider({ path, body: { is_enabled: !provider.is_enabled }, throwOnError: true });
      invalidate("getProvider", "listProviders");
      tell(
        provider.is_enabled
          ? `${provider.name} is switched off.`
          : `${provider.name} is on the sign-in page.`,
      );
    });
  return (
    <>
      <PageHead
        title={provider.name}
        answer={
          provider.is_enabled
            ? `On the sign-in page; ${provider.people === 1 ? "one person has" : `${provider.people} people have`} come through it.`
            : "Switched off: nobody sees it. Test it, then switch it on."
        }
        actions={
          <>
            <Button
              look={provider.is_enabled ? "plain" : "primary"}
              disabled={isBusy}
              onClick={() => void turn()}
            >
              {provider.is_enabled ? "Switch off" : "Switch on"}
            </Button>
            <Button look="danger" onClick={() => setLeaving(true)}>
              Remove
            </Button>
          </>
        }
      />
      {error !== null && <TroubleNote error={error} />}
      {provider.redirect_uri !== "" && (
        <Card title="Enter this at the provider" note={kind?.Facts ? undefined : "redirect address"}>
          <div className="p-4 pt-1">
            {kind?.Facts ? (
              <kind.Facts provider={provider} />
            ) : (
              <CopyBlock text={provider.redirect_uri} label="Copy redirect address" />
            )}
          </div>
        </Card>
      )}
      <TestConnection provider={provider} found={params.get("test")} />
      {kind !== undefined && (
        <ProviderForm
          key={provider.id}
          kind={kind}
          provider={provider}
          onSaved={(saved) => tell(`${saved.name} was saved.`)}
        />
      )}
      <ConfirmDialog
        title={`Remove ${provider.name}`}
        action="Remove the provider"
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        onConfirm={async () => {
          await dropProvider({ path, throwOnError: true });
          invalidate("listProviders");
          await navigate("/sign-in-providers");
        }}
      >
        Whoever came through it is signed out and loses the roles that its groups gave. Their accounts stay.
      </ConfirmDialog>
    </>
  );
}
