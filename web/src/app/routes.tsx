import { createBrowserRouter, type RouteObject } from "react-router";
import { Crash } from "@/app/crash";
import { Guard } from "@/app/guard";
import { NotFound } from "@/app/not-found";
import { Shell } from "@/app/shell";
import { Overview } from "@/features/overview/overview";

const pages: RouteObject[] = [
  { index: true, Component: Overview },
  { path: "runs", lazy: () => import("@/features/runs/run-list-page") },
  {
    path: "runs/:runId",
    lazy: () => import("@/features/runs/run-page"),
  },
  {
    path: "tests/:testId",
    lazy: async () => ({ Component: (await import("@/features/tests/test-page")).TestPage }),
  },
  {
    path: "upload",
    lazy: () => import("@/features/uploads/upload-page"),
  },
  {
    path: "upload/history",
    lazy: () => import("@/features/uploads/import-page"),
  },
  {
    path: "projects",
    lazy: () => import("@/features/projects/projects-page"),
  },
  {
    path: "members",
    lazy: () => import("@/features/members/members-page"),
  },
  {
    path: "members/:memberId",
    lazy: () => import("@/features/members/member-page"),
  },
  {
    path: "roles",
    lazy: () => import("@/features/roles/roles-page"),
  },
  {
    path: "tokens",
    lazy: () => import("@/features/tokens/tokens-page"),
  },
  { path: "sign-in-providers", lazy: () => import("@/features/sso/providers-page") },
  { path: "sign-in-providers/new", lazy: () => import("@/features/sso/new-provider-page") },
  { path: "sign-in-providers/:providerId", lazy: () => import("@/features/sso/provider-page") },
  {
    path: "organisation",
    lazy: () => import("@/features/organisations/organisation-page"),
  },
  {
    path: "organisations",
    lazy: () => import("@/features/organisations/organisations-page"),
  },
  {
    path: "storage",
    lazy: () => import("@/features/storage/storage-page"),
  },
  {
    path: "audit",
    lazy: () => import("@/features/audit/audit-page"),
  },
  {
    path: "audit/streams",
    lazy: () => import("@/features/audit/streams-page"),
  },
  {
    path: "health",
    lazy: () => import("@/features/health/health-page"),
  },
  {
    path: "p/:slug/storage",
    lazy: () => import("@/features/storage/project-storage-page"),
  },
  {
    path: "account",
    lazy: () => import("@/features/account/account-page"),
  },
  {
    path: "p/:slug",
    lazy: async () => ({ Component: (await import("@/features/project/project-home")).ProjectHome }),
  },
  {
    path: "p/:slug/runs",
    lazy: () => import("@/features/runs/run-list-page"),
  },
  {
    path: "p/:slug/security",
    lazy: async () => ({ Component: (await import("@/features/runs/latest-run")).LatestScan }),
  },
  {
    path: "p/:slug/load",
    lazy: async () => ({ Component: (await import("@/features/runs/latest-run")).LatestLoadRun }),
  },
  {
    path: "p/:slug/tests",
    lazy: async () => ({ Component: (await import("@/features/tests/catalogue")).Catalogue }),
  },
  {
    path: "p/:slug/trends",
    lazy: async () => ({ Component: (await import("@/features/project/trends-page")).TrendsPage }),
  },
  {
    path: "p/:slug/uploads",
    lazy: () => import("@/features/uploads/upload-list-page"),
  },
  {
    path: "p/:slug/notifications",
    lazy: () => import("@/features/channels/channels-page"),
  },
  { path: "*", Component: NotFound },
];

/** Every page and its address. Pages beyond the first are fetched when they are first opened. */
export const router = createBrowserRouter([
  {
    ErrorBoundary: Crash,
    HydrateFallback: () => null,
    children: [
      {
        path: "sign-in",
        lazy: async () => ({ Component: (await import("@/features/auth/sign-in")).SignInPage }),
      },
      { path: "forgotten", lazy: () => import("@/features/auth/forgotten-page") },
      { path: "reset", lazy: () => import("@/features/auth/reset-page") },
      { path: "second-factor", lazy: () => import("@/features/auth/second-factor-page") },
      {
        path: "join",
        lazy: async () => ({ Component: (await import("@/features/invitations/join-page")).JoinPage }),
      },
      {
        Component: Guard,
        children: [{ Component: Shell, children: [{ ErrorBoundary: Crash, children: pages }] }],
      },
    ],
  },
]);
