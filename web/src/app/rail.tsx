import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import {
  Bell,
  Building2,
  ChartLine,
  FlaskConical,
  Folder,
  Gauge,
  HardDrive,
  HeartPulse,
  House,
  Inbox,
  KeyRound,
  LayoutDashboard,
  List,
  LogIn,
  LogOut,
  type LucideIcon,
  Network,
  ScrollText,
  Shield,
  Upload,
  UserCog,
  UserRound,
  Users,
} from "lucide-react";
import { NavLink, useNavigate } from "react-router";
import { OrganisationSwitcher } from "@/app/organisation-switcher";
import { usePlace } from "@/app/place";
import type { Project } from "@/lib/api";
import { listProjectsOptions } from "@/lib/api/@tanstack/react-query.gen";
import { count } from "@/lib/format";
import { useMay, useMaySomewhere } from "@/lib/may";
import { queries } from "@/lib/queries";
import { signOut, useSession } from "@/lib/session";

function Item({
  to,
  icon: Icon,
  label,
  note,
  end = false,
}: {
  to: string;
  icon: LucideIcon;
  label: string;
  note?: number;
  end?: boolean;
}) {
  return (
    <li>
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
        <Icon size={15} aria-hidden="true" className="shrink-0" />
        {label}
        {note !== undefined && <span className="ml-auto font-medium text-text-3">{count(note)}</span>}
      </NavLink>
    </li>
  );
}

function Heading({ children }: { children: string }) {
  return <h2 className="px-2.5 pt-3.5 pb-1 font-[550] text-text-3 text-xs">{children}</h2>;
}

function Switcher({ projects, slug }: { projects: Project[]; slug: string }) {
  const navigate = useNavigate();
  return (
    <select
      aria-label="Project"
      value={slug}
      className="mt-3 h-[30px] w-full rounded-sm border border-line bg-surface px-2"
      onChange={(event) => void navigate(event.target.value === "" ? "/" : `/p/${event.target.value}`)}
    >
      <option value="">Choose a project…</option>
      {projects.map((project) => (
        <option key={project.slug} value={project.slug}>
          {project.name}
          {project.is_sample ? " (sample)" : ""}
        </option>
      ))}
    </select>
  );
}

function ProjectItems({ project }: { project: Project }) {
  const canNotify = useMay("channel.manage", project.slug);
  const canStore = useMay("storage.manage", project.slug);
  const home = `/p/${project.slug}`;
  return (
    <ul className="mt-1 grid gap-0.5">
      <Item to={home} end icon={House} label="Home" />
      <Item to={`${home}/runs`} icon={List} label="Runs" note={project.run_count} />
      <Item to={`${home}/tests`} icon={FlaskConical} label="Tests" note={project.test_count} />
      <Item to={`${home}/load`} icon={Gauge} label="Load" />
      <Item to={`${home}/security`} icon={Shield} label="Security" />
      <Item to={`${home}/trends`} icon={ChartLine} label="Trends" />
      <Item to={`${home}/uploads`} icon={Inbox} label="Uploads" />
      {canNotify && <Item to={`${home}/notifications`} icon={Bell} label="Notifications" />}
      {canStore && <Item to={`${home}/storage`} icon={HardDrive} label="Storage" />}
    </ul>
  );
}

function leave(): void {
  void signOut().then(() => queries.clear());
}

/** The way around: all projects, the present project, the organisation, and the person. */
export function Rail() {
  const slug = usePlace((place) => place.slug);
  const canSend = useMaySomewhere("upload.create");
  const canSeeMembers = useMay("member.read");
  const canStore = useMay("storage.manage");
  const canSignOn = useMay("sso.manage");
  const canEdit = useMay("org.edit");
  const canAddOrganisations = useMay("org.create");
  const canWatch = useMay("system.read");
  const canAudit = useMay("audit.read");
  const user = useSession((session) => session.user);
  const { data } = useQuery(listProjectsOptions({ query: { limit: 500 } }));
  const project = data?.items.find((candidate) => candidate.slug === slug);
  return (
    <>
      <div className="flex items-center gap-2 px-2.5 pt-1 pb-3 font-[650] text-[15px]">
        <img src="/favicon.svg" alt="" width={18} height={18} />
        TestFlux
      </div>
      <OrganisationSwitcher />
      <ul className="grid gap-0.5">
        <Item to="/" end icon={LayoutDashboard} label="Overview" />
        <Item to="/runs" end icon={List} label="All runs" />
        {canSend && <Item to="/upload" icon={Upload} label="Upload" />}
      </ul>
      <Switcher projects={data?.items ?? []} slug={project?.slug ?? ""} />
      {project !== undefined && <ProjectItems project={project} />}
      <Heading>Organisation</Heading>
      <ul className="grid gap-0.5">
        <Item to="/projects" icon={Folder} label="Projects" />
        {canSeeMembers && <Item to="/members" icon={Users} label="Members" />}
        {canSeeMembers && <Item to="/roles" icon={UserCog} label="Roles" />}
        <Item to="/tokens" icon={KeyRound} label="API tokens" />
        {canSignOn && <Item to="/sign-in-providers" icon={LogIn} label="Sign-in providers" />}
        {canStore && <Item to="/storage" icon={HardDrive} label="Storage" />}
        {canAudit && <Item to="/audit" icon={ScrollText} label="Audit log" />}
        {canEdit && <Item to="/organisation" icon={Building2} label="Settings" />}
        {canAddOrganisations && <Item to="/organisations" icon={Network} label="Organisations" />}
        {canWatch && <Item to="/health" icon={HeartPulse} label="Health" />}
      </ul>
      <Heading>{user?.email ?? ""}</Heading>
      <ul className="grid gap-0.5">
        <Item to="/account" icon={UserRound} label="Account" />
        <li>
          <button
            type="button"
            className="flex h-[30px] w-full items-center gap-2.5 rounded-sm px-2.5 text-text-2 hover:bg-sunken"
            onClick={leave}
          >
            <LogOut size={15} aria-hidden="true" />
            Sign out
          </button>
        </li>
      </ul>
    </>
  );
}
