import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import {
  Activity,
  Bell,
  FlaskConical,
  FolderCog,
  House,
  KeyRound,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  TrendingUp,
  Upload,
  Users,
} from "lucide-react";
import type { ReactNode } from "react";
import { Link, NavLink, useNavigate } from "react-router";
import { usePlace } from "@/app/crumbs";
import { SelectField } from "@/components/field";
import { listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";
import { useIsAdmin } from "@/lib/session";

function Item({
  to,
  icon: Icon,
  end = false,
  note,
  children,
}: {
  to: string;
  icon: LucideIcon;
  end?: boolean;
  note?: number;
  children: ReactNode;
}) {
  return (
    <NavLink
      to={to}
      end={end}
      className={({ isActive }) =>
        clsx(
          "flex h-[30px] items-center gap-2.5 rounded-sm px-2.5",
          isActive ? "bg-accent-weak font-[550] text-accent" : "text-text-2 hover:bg-sunken",
        )
      }
    >
      <Icon size={15} aria-hidden="true" />
      <span className="truncate">{children}</span>
      {note !== undefined && note > 0 && <span className="ml-auto text-text-3">{count(note)}</span>}
    </NavLink>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <div className="px-2.5 pt-3.5 pb-1 font-[550] text-text-3 text-xs">{children}</div>;
}

/** The mark and name, which lead home. */
export function Brand() {
  return (
    <Link to="/" className="flex items-center gap-2 px-2.5 pt-1 pb-3 font-[650] text-[15px]">
      <img src="/favicon.svg" alt="" width={18} height={18} />
      TestFlux
    </Link>
  );
}

function ProjectSwitcher({ slug }: { slug: string }) {
  const navigate = useNavigate();
  const { data } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  return (
    <SelectField
      label="Project"
      hideLabel
      className="mb-2"
      value={slug}
      onChange={(event) => void navigate(event.target.value === "" ? "/" : `/p/${event.target.value}`)}
    >
      <option value="">All projects</option>
      {data?.items.map((project) => (
        <option key={project.slug} value={project.slug}>
          {project.name}
          {project.is_sample ? " (sample)" : ""}
        </option>
      ))}
    </SelectField>
  );
}

function ProjectItems({ slug }: { slug: string }) {
  const { data } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  const project = data?.items.find((candidate) => candidate.slug === slug);
  return (
    <>
      <Item to={`/p/${slug}`} icon={House} end>
        Home
      </Item>
      <Item to={`/p/${slug}/runs`} icon={Activity} note={project?.run_count}>
        Runs
      </Item>
      <Item to={`/p/${slug}/tests`} icon={ListChecks} note={project?.test_count}>
        Tests
      </Item>
      <Item to={`/p/${slug}/trends`} icon={TrendingUp}>
        Trends
      </Item>
      <Item to={`/p/${slug}/uploads`} icon={Upload}>
        Uploads
      </Item>
      <Item to={`/p/${slug}/notifications`} icon={Bell}>
        Notifications
      </Item>
    </>
  );
}

/** The way around, on the left of wide screens. */
export function Rail() {
  const slug = usePlace((place) => place.slug);
  const isAdmin = useIsAdmin();
  return (
    <nav
      aria-label="Main"
      className="sticky top-0 hidden h-screen flex-col gap-0.5 overflow-y-auto border-line border-r bg-surface px-2 py-3 md:flex"
    >
      <Brand />
      <ProjectSwitcher slug={slug} />
      <Item to="/" icon={LayoutGrid} end>
        All projects
      </Item>
      {slug === "" ? (
        <>
          <Item to="/runs" icon={Activity}>
            Runs
          </Item>
          <Item to="/trends" icon={TrendingUp}>
            Trends
          </Item>
        </>
      ) : (
        <ProjectItems slug={slug} />
      )}
      {isAdmin && (
        <>
          <Heading>Organisation</Heading>
          <Item to={slug === "" ? "/upload" : `/upload?project=${slug}`} icon={FlaskConical}>
            Send reports
          </Item>
          <Item to="/projects" icon={FolderCog}>
            Projects
          </Item>
          <Item to="/people" icon={Users}>
            People
          </Item>
          <Item to="/tokens" icon={KeyRound}>
            API tokens
          </Item>
        </>
      )}
    </nav>
  );
}

function BarItem({
  to,
  icon: Icon,
  end = false,
  children,
}: {
  to: string;
  icon: LucideIcon;
  end?: boolean;
  children: ReactNode;
}) {
  return (
    <NavLink
      to={to}
      end={end}
      className={({ isActive }) =>
        clsx(
          "grid flex-1 place-items-center content-center gap-0.5 text-xs",
          isActive ? "text-accent" : "text-text-2",
        )
      }
    >
      <Icon size={18} aria-hidden="true" />
      {children}
    </NavLink>
  );
}

/** The way around, at the foot of narrow screens. */
export function BottomBar() {
  const slug = usePlace((place) => place.slug);
  const isAdmin = useIsAdmin();
  const base = slug === "" ? "" : `/p/${slug}`;
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 flex h-14 border-line border-t bg-surface md:hidden"
    >
      <BarItem to="/" icon={LayoutGrid} end>
        Projects
      </BarItem>
      {slug !== "" && (
        <BarItem to={base} icon={House} end>
          Home
        </BarItem>
      )}
      <BarItem to={`${base}/runs`} icon={Activity}>
        Runs
      </BarItem>
      <BarItem to={`${base}/trends`} icon={TrendingUp}>
        Trends
      </BarItem>
      {slug !== "" && (
        <BarItem to={`${base}/tests`} icon={ListChecks}>
          Tests
        </BarItem>
      )}
      {isAdmin && (
        <BarItem to={slug === "" ? "/upload" : `/upload?project=${slug}`} icon={Upload}>
          Send
        </BarItem>
      )}
    </nav>
  );
}
