import { Menu } from "@base-ui/react/menu";
import clsx from "clsx";
import { CircleUser, Monitor, Moon, Sun } from "lucide-react";
import { Fragment } from "react";
import { Link, useNavigate } from "react-router";
import { usePlace } from "@/app/crumbs";
import { type Theme, useAppearance } from "@/lib/appearance";
import { useLiveState } from "@/lib/live";
import { signOut, useIsAdmin, useSession } from "@/lib/session";

function Crumbs() {
  const crumbs = usePlace((place) => place.crumbs);
  return (
    <nav aria-label="Path" className="flex min-w-0 items-center gap-2 text-text-3">
      {crumbs.map((crumb, index) => (
        <Fragment key={`${crumb.label}-${crumb.to}`}>
          {index > 0 && <span aria-hidden="true">/</span>}
          {crumb.to === undefined ? (
            <span aria-current="page" className="truncate font-[550] text-text">
              {crumb.label}
            </span>
          ) : (
            <Link
              to={crumb.to}
              className={clsx(
                "truncate hover:text-text hover:underline",
                index === 0 && crumbs.length > 2 && "max-sm:hidden",
              )}
            >
              {crumb.label}
            </Link>
          )}
        </Fragment>
      ))}
    </nav>
  );
}

const LIVE = {
  live: { colour: "bg-pass", title: "News arrive as they happen" },
  connecting: { colour: "bg-flaky", title: "Connecting for live news" },
  polling: { colour: "bg-flaky", title: "Live news are blocked here: asking every few seconds" },
  offline: { colour: "bg-fail", title: "The server does not answer; trying again" },
};

function LiveMark() {
  const state = useLiveState((live) => live.state);
  return (
    <span role="status" className="flex items-center gap-1.5 text-text-2" title={LIVE[state].title}>
      <span aria-hidden="true" className={clsx("size-[7px] rounded-full", LIVE[state].colour)} />
      {state}
    </span>
  );
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

/** Walks through system, light and dark. */
export function ThemeButton() {
  const { theme, setTheme } = useAppearance();
  const Icon = ICONS[theme];
  return (
    <button
      type="button"
      className="grid size-[30px] place-items-center rounded-md text-text-2 hover:bg-sunken"
      aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(NEXT[theme])}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}

const ITEM = "flex h-8 items-center rounded-sm px-2.5 outline-none data-highlighted:bg-accent-weak";

function AccountMenu() {
  const user = useSession((session) => session.user);
  const isAdmin = useIsAdmin();
  const navigate = useNavigate();
  const pages = [
    ["/account", "Your account"],
    ...(isAdmin
      ? [
          ["/projects", "Projects"],
          ["/people", "People"],
          ["/tokens", "API tokens"],
        ]
      : []),
  ] as [string, string][];
  return (
    <Menu.Root>
      <Menu.Trigger
        className="grid size-[30px] place-items-center rounded-md text-text-2 hover:bg-sunken"
        aria-label="Account"
      >
        <CircleUser size={18} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-40">
          <Menu.Popup className="min-w-[200px] rounded-md border border-line bg-raised p-1 shadow-pop">
            <div className="border-line border-b px-2.5 pt-1 pb-2">
              <div className="font-[550]">{user?.name}</div>
              <div className="text-sm text-text-3">{user?.email}</div>
            </div>
            {pages.map(([to, label]) => (
              <Menu.Item key={to} className={ITEM} onClick={() => void navigate(to)}>
                {label}
              </Menu.Item>
            ))}
            <Menu.Item className={ITEM} onClick={() => void signOut()}>
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Where you are, whether news arrive, how it looks, who you are. */
export function TopBar() {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-line border-b bg-surface px-3 md:px-5">
      <Link to="/" className="md:hidden" aria-label="TestFlux, all projects">
        <img src="/favicon.svg" alt="" width={20} height={20} />
      </Link>
      <Crumbs />
      <div className="ml-auto flex items-center gap-2">
        <LiveMark />
        <ThemeButton />
        <AccountMenu />
      </div>
    </header>
  );
}
