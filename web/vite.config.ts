import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.TESTFLUX_API ?? "http://127.0.0.1:8085";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // A small module inlined as a data: address would break the content security policy.
  build: { target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  // Found late, they would be bundled late and bring a second React along.
  optimizeDeps: { include: ["@base-ui/react/dialog", "recharts"] },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    proxy: { "/api": { target: api, ws: true }, "/healthz": api, "/readyz": api },
  },
  test: { environment: "happy-dom", setupFiles: ["./src/test-setup.ts"], restoreMocks: true },
});
