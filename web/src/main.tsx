import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { followTheme } from "@/lib/appearance";
import { connectLive } from "@/lib/live";
import { queries } from "@/lib/queries";
import { connectSession, refresh } from "@/lib/session";
import "@/styles/app.css";

followTheme();
connectSession();
connectLive(() => void queries.invalidateQueries());
void refresh();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
