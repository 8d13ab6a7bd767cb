import clsx from "clsx";
import { Button } from "@/components/button";
import { Table, Td, Th } from "@/components/table";
import type { Token } from "@/lib/api";
import { ago } from "@/lib/format";

const SOON_MS = 14 * 86_400_000;

/** What a token may do, in words: its own role, or what its maker may of its scopes. */
function allowed(token: Token): string {
  if (token.role !== null) return `role ${token.role}`;
  return token.scopes.map((scope) => (scope === "admin" ? "all its maker may" : scope)).join(", ");
}

function End({ at }: { at: string | null }) {
  if (at === null) return <span className="text-broken">never</span>;
  const left = Date.parse(at) - Date.now();
  const isNear = left < SOON_MS;
  return (
    <time dateTime={at} className={clsx(isNear && "font-[550] text-broken")}>
      {left < 0 ? "ended " : ""}
      {ago(at)}
    </time>
  );
}

/** API tokens with what they may do, and a way to end each. */
export function TokenTable({
  label,
  tokens,
  onDrop,
}: {
  label: string;
  tokens: Token[];
  onDrop: (token: Token) => void;
}) {
  return (
    <Table
      label={label}
      head={
        <>
          <Th>Token</Th>
          <Th className="max-sm:hidden">May</Th>
          <Th className="max-md:hidden">In</Th>
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
            <div className="min-w-28 py-1">
              <span className="font-[550] [overflow-wrap:anywhere]">{token.name}</span>{" "}
              <span className="whitespace-nowrap font-mono text-sm text-text-3">…{token.hint}</span>
              {token.kind === "service" && <span className="block text-sm text-text-3">service</span>}
              <span className="block text-sm text-text-2 sm:hidden">{allowed(token)}</span>
            </div>
          </Td>
          <Td className="max-sm:hidden">{allowed(token)}</Td>
          <Td className="max-md:hidden">
            {token.projects === null ? "all projects" : token.projects.join(", ") || "no project any more"}
          </Td>
          <Td className="max-sm:hidden">
            {ago(token.created_at)} by <span className="[overflow-wrap:anywhere]">{token.created_by}</span>
          </Td>
          <Td className="whitespace-nowrap max-sm:hidden">
            {token.last_used_at === null ? "never" : ago(token.last_used_at)}
          </Td>
          <Td className="whitespace-nowrap">
            <End at={token.expires_at} />
          </Td>
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
