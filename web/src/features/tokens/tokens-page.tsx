import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCrumbs } from "@/app/crumbs";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { CopyBlock } from "@/components/copy";
import { ConfirmDialog } from "@/components/dialog";
import { Empty, Loaded } from "@/components/states";
import { Table, Td, Th } from "@/components/table";
import { TabPanel, Tabs } from "@/components/tabs";
import { snippets } from "@/features/tokens/snippets";
import { TokenDialog } from "@/features/tokens/token-dialog";
import { dropToken, type Token } from "@/lib/api";
import { listTokensOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";
import { useMay } from "@/lib/may";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useFilters } from "@/lib/url-state";
import { useTitle } from "@/lib/use-title";

function TokenTable({ tokens, onDrop }: { tokens: Token[]; onDrop: (token: Token) => void }) {
  return (
    <Table
      label="API tokens"
      head={
        <>
          <Th>Token</Th>
          <Th>May</Th>
          <Th className="max-sm:hidden">Made</Th>
          <Th className="max-sm:hidden">Last used</Th>
          <Th>Ends</Th>
          <Th numeric>
            <span className="sr-only">Actions</span>
          </Th>
        </>
      }
    >
      {tokens.map((token) => (
        <tr key={token.id}>
          <Td>
            <span className="font-[550]">{token.name}</span>{" "}
            <span className="font-mono text-sm text-text-3">…{token.hint}</span>
          </Td>
          <Td>{token.scopes.join(", ")}</Td>
          <Td className="whitespace-nowrap max-sm:hidden">
            {ago(token.created_at)} by {token.created_by}
          </Td>
          <Td className="whitespace-nowrap max-sm:hidden">
            {token.last_used_at === null ? "never" : ago(token.last_used_at)}
          </Td>
          <Td className="whitespace-nowrap">{token.expires_at === null ? "never" : ago(token.expires_at)}</Td>
          <Td numeric>
            <Button look="quiet" aria-label={`Revoke ${token.name}`} onClick={() => onDrop(token)}>
              Revoke
            </Button>
          </Td>
        </tr>
      ))}
    </Table>
  );
}

const KEYS = ["ci"] as const;

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

/** Tokens for CI, and how to use one. */
export function Component() {
  useTitle("API tokens");
  useCrumbs("", { label: "All projects", to: "/" }, { label: "API tokens" });
  const canManage = useMay("token.manage");
  const [isMaking, setMaking] = useState(false);
  const [dropping, setDropping] = useState<Token | null>(null);
  const query = useQuery({ ...listTokensOptions(), enabled: canManage });
  const drop = async () => {
    await dropToken({ path: { token_id: dropping?.id ?? "" }, throwOnError: true });
    invalidate("listTokens");
    tell(`Token ${dropping?.name} no longer works.`);
  };
  return (
    <>
      <div className="flex items-center">
        <h1 className="font-semibold text-lg">API tokens</h1>
        {canManage && (
          <Button look="primary" className="ml-auto" onClick={() => setMaking(true)}>
            New token
          </Button>
        )}
      </div>
      <Card>
        {canManage ? (
          <Loaded query={query}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty title="No token yet">
                  CI and scripts sign in with a token; it may do only what you say, and you can take it back.
                </Empty>
              ) : (
                <TokenTable tokens={items} onDrop={setDropping} />
              )
            }
          </Loaded>
        ) : (
          <Empty title="Only administrators make tokens">Ask an administrator for one.</Empty>
        )}
      </Card>
      <Snippets />
      {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
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
