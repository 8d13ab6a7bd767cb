import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { ConfirmDialog } from "@/components/dialog";
import { Empty, Loaded } from "@/components/states";
import { TabPanel, Tabs } from "@/components/tabs";
import { snippets } from "@/features/tokens/snippets";
import { TokenDialog } from "@/features/tokens/token-dialog";
import { TokenTable } from "@/features/tokens/token-table";
import { dropMyToken, dropToken, type Token } from "@/lib/api";
import { listMyTokensOptions, listTokensOptions } from "@/lib/api/@tanstack/react-query.gen";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useFilters } from "@/lib/url-state";
import { useTitle } from "@/lib/use-title";

const MOST = 500;
const KEYS = ["ci", "of"] as const;

function Snippets() {
  const [{ ci }, setFilters] = useFilters(KEYS);
  const all = snippets(location.origin, "PROJECT");
  const shown = all.find(({ key }) => key === ci) ?? all[0];
  if (shown === undefined) return null;
  return (
    <Card title="Send the first report">
      <Tabs
        label="CI"
        tabs={all}
        active={shown.key}
        onChoose={(key) => setFilters({ ci: key }, { replace: true })}
      />
      <TabPanel active={shown.key}>
        <div className="grid gap-2 p-4">
          <p className="text-text-2">In {shown.where}.</p>
          <CopyBlock text={shown.text} label="Copy step" />
        </div>
      </TabPanel>
    </Card>
  );
}

const NONE_OWN =
  "CI and scripts sign in with a token; it may do only what you say, and you can take it back.";
const NONE =
  "Nobody in this organisation has a token yet. A service token stands for nobody, and stays when people leave.";
const WHOSE = [
  { key: "mine", label: "Yours" },
  { key: "all", label: "All of the organisation" },
];

function Tokens({ isAll, onDrop }: { isAll: boolean; onDrop: (token: Token) => void }) {
  const mine = useQuery({ ...listMyTokensOptions({ query: { limit: MOST } }), enabled: !isAll });
  const all = useQuery({ ...listTokensOptions({ query: { limit: MOST } }), enabled: isAll });
  return (
    <Loaded query={isAll ? all : mine}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No token yet">{isAll ? NONE : NONE_OWN}</Empty>
        ) : (
          <TokenTable
            label={isAll ? "Tokens of the organisation" : "Your tokens"}
            tokens={items}
            onDrop={onDrop}
          />
        )
      }
    </Loaded>
  );
}

/** Tokens for CI: one's own, those of the organisation, and how to use one. */
export function Component() {
  useTitle("API tokens");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "API tokens" });
  const canManage = useMay("token.manage");
  const [{ of }, setFilters] = useFilters(KEYS);
  const isAll = canManage && of === "all";
  const [isMaking, setMaking] = useState(false);
  const [dropping, setDropping] = useState<Token | null>(null);
  const drop = async () => {
    const path = { token_id: dropping?.id ?? "" };
    await (isAll ? dropToken({ path, throwOnError: true }) : dropMyToken({ path, throwOnError: true }));
    invalidate("listTokens");
    invalidate("listMyTokens");
    tell(`Token ${dropping?.name} no longer works.`);
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="font-semibold text-lg">API tokens</h1>
        <Button look="primary" className="ml-auto" onClick={() => setMaking(true)}>
          {isAll ? "New service token" : "New token"}
        </Button>
      </div>
      <Card>
        {canManage ? (
          <>
            <Tabs
              label="Whose tokens"
              tabs={WHOSE}
              active={isAll ? "all" : "mine"}
              onChoose={(key) => setFilters({ of: key === "all" ? "all" : "" }, { replace: true })}
            />
            <TabPanel active={isAll ? "all" : "mine"}>
              <Tokens isAll={isAll} onDrop={setDropping} />
            </TabPanel>
          </>
        ) : (
          <Tokens isAll={false} onDrop={setDropping} />
        )}
      </Card>
      <Snippets />
      {isMaking && <TokenDialog isService={isAll} onClose={() => setMaking(false)} />}
      <ConfirmDialog
        title={`Revoke ${dropping?.name ?? ""}?`}
        action="Revoke"
        isOpen={dropping !== null}
        onClose={() => setDropping(null)}
        onConfirm={drop}
      >
        Whatever still uses this token is refused from now on.
      </ConfirmDialog>
    </>
  );
}
