import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/card";
import { Loaded } from "@/components/states";
import { listMyIdentitiesOptions } from "@/lib/api/@tanstack/react-query.gen";
import { ago } from "@/lib/format";

/** The accounts at identity providers that one signs in with. */
export function IdentitiesCard() {
  const query = useQuery(listMyIdentitiesOptions());
  return (
    <Card title="Other accounts" note="that you sign in with">
      <Loaded query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="px-4 pb-4 text-text-2">
              None. When you come in through an identity provider of your organisation, it is listed here.
            </p>
          ) : (
            <ul className="grid gap-2 px-4 pb-4">
              {items.map((item) => (
                <li key={`${item.organisation} ${item.provider}`}>
                  <span className="font-[550]">{item.provider}</span>{" "}
                  <span className="text-text-3">
                    of {item.organisation}
                    {item.last_sign_in_at !== null && `, last used ${ago(item.last_sign_in_at)}`}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
