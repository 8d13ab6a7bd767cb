import { createBrowserRouter } from "react-router";
import { Crashed, NotFound } from "@/app/fallbacks";
import { Shell } from "@/app/shell";

/** Every page of the application; each comes with its own code when it is first opened. */
export const router = createBrowserRouter([
  { path: "/login", lazy: () => import("@/features/auth/sign-in-page"), errorElement: <Crashed /> },
  {
    element: <Shell />,
    errorElement: <Crashed />,
    children: [
      {
        errorElement: <Crashed />,
        children: [
          { path: "/", lazy: () => import("@/features/overview/overview-page") },
          { path: "/runs", lazy: () => import("@/features/runs/run-list-page") },
          { path: "/runs/:runId", lazy: () => import("@/features/runs/run-page") },
          { path: "/trends", lazy: () => import("@/features/trends/trends-page") },
          { path: "/tests/:testId", lazy: () => import("@/features/tests/test-page") },
          { path: "/p/:slug", lazy: () => import("@/features/project/project-page") },
          { path: "/p/:slug/runs", lazy: () => import("@/features/runs/run-list-page") },
          { path: "/p/:slug/tests", lazy: () => import("@/features/tests/test-list-page") },
          { path: "/p/:slug/trends", lazy: () => import("@/features/trends/trends-page") },
          { path: "/p/:slug/uploads", lazy: () => import("@/features/uploads/upload-list-page") },
          { path: "/p/:slug/notifications", lazy: () => import("@/features/channels/channels-page") },
          { path: "/upload", lazy: () => import("@/features/uploads/upload-page") },
          { path: "/projects", lazy: () => import("@/features/projects/projects-page") },
          { path: "/people", lazy: () => import("@/features/people/people-page") },
          { path: "/tokens", lazy: () => import("@/features/tokens/tokens-page") },
          { path: "/account", lazy: () => import("@/features/account/account-page") },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);
