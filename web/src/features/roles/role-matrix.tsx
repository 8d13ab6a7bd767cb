import { Check } from "lucide-react";
import { groupsOf } from "@/features/roles/groups";
import type { RoleList } from "@/lib/api";

/** What each role allows: permissions down, roles across. */
export function RoleMatrix({ items, catalogue }: RoleList) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group, lest each table be one more landmark of the page
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div role="group" className="relative overflow-x-auto" aria-label="What each role allows" tabIndex={0}>
      <table aria-label="What each role allows" className="w-full border-collapse">
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky left-0 min-w-[200px] border-line border-b bg-surface px-4 py-2 text-left font-medium text-sm text-text-3 max-sm:min-w-[160px]"
            >
              Permission
            </th>
            {items.map((role) => (
              <th
                key={role.key}
                scope="col"
                className="whitespace-nowrap border-line border-b px-3 py-2 font-medium text-sm text-text-2"
              >
                {role.name}
              </th>
            ))}
          </tr>
        </thead>
        {groupsOf(catalogue).map((group) => (
          <tbody key={group.key} className="[&:last-child>tr:last-child>*]:border-b-0">
            <tr>
              <th
                scope="rowgroup"
                className="sticky left-0 border-line border-b bg-surface px-4 pt-4 pb-1.5 text-left font-semibold"
              >
                {group.title}
              </th>
              <td colSpan={items.length} className="border-line border-b" />
            </tr>
            {group.permissions.map(({ key, about }) => (
              <tr key={key}>
                <th
                  scope="row"
                  className="sticky left-0 border-line border-b bg-surface px-4 py-1.5 text-left font-normal"
                >
                  {about}
                  <span className="block font-mono text-sm text-text-3">{key}</span>
                </th>
                {items.map((role) => (
                  <td key={role.key} className="border-line border-b px-3 text-center">
                    {role.permissions.includes(key) ? (
                      <>
                        <Check size={15} aria-hidden="true" className="inline text-pass" />
                        <span className="sr-only">yes</span>
                      </>
                    ) : (
                      <span className="text-text-3">
                        <span aria-hidden="true">·</span>
                        <span className="sr-only">no</span>
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
