import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "./openapi.json",
  output: { path: "./src/lib/api", clean: true },
  plugins: [
    "@hey-api/client-axios",
    "@hey-api/typescript",
    "@hey-api/sdk",
    { name: "@tanstack/react-query", queryOptions: true, infiniteQueryOptions: true, mutationOptions: true },
  ],
});
