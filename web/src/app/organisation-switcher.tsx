import { useMe } from "@/lib/may";
import { explain } from "@/lib/problem";
import { switchTo } from "@/lib/session";
import { tell } from "@/lib/toasts";

async function change(slug: string): Promise<void> {
  try {
    await switchTo(slug);
  } catch (problem) {
    const { title, detail } = explain(problem);
    tell(detail === "" ? title : detail);
  }
}

/** The way to another organisation, for those who belong to more than one. */
export function OrganisationSwitcher() {
  const me = useMe();
  if (me === undefined || me.organisations.length < 2) return null;
  return (
    <select
      aria-label="Organisation"
      value={me.organisation.slug}
      className="mb-3 h-[30px] w-full rounded-sm border border-line bg-surface px-2 font-[550]"
      onChange={(event) => void change(event.target.value)}
    >
      {me.organisations.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </select>
  );
}
