import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { router } from "@/app/routes";
import { Toasts } from "@/components/toasts";
import { queries } from "@/lib/queries";

/** The whole app: server state, routes, notes about what just happened. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}
