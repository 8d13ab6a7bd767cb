// An OpenID Connect provider for tests: npm's certified oidc-provider, with one form for name and nothing else.
// node oidc_op.mjs PORT MODULES: whoever says they are NAME is NAME@example.org, in the groups of GROUPS.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [port, modules] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`).href);
const GROUPS = { ada: ["qa", "everybody"], lin: ["qa"], grace: ["lead"], eve: [] };
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "testflux",
      client_secret: "what only both of us know",
      // The address ends in the provider's number, which is known only once it is set up.
      redirect_uris: JSON.parse(process.env.REDIRECT_URIS),
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  pkce: { required: () => true },
  cookies: { keys: ["of this test alone"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `${id} of the test`,
      email: `${id}@example.org`,
      email_verified: id !== "eve",
      groups: GROUPS[id] ?? [],
    }),
  }),
  loadExistingGrant: async (context) => {
    const grant = new provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid profile email groups");
    await grant.save();
    return grant;
  },
});

const FORM = `<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>
<form method="post"><label>Name <input name="name"></label> <button>Sign in</button></form>`;

async function interact(request, response) {
  if (request.method !== "POST") return response.setHeader("content-type", "text/html").end(FORM);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get("name");
  return provider.interactionFinished(request, response, { login: { accountId } });
}

const answer = provider.callback();
createServer((request, response) =>
  request.url.startsWith("/interaction/") ? interact(request, response) : answer(request, response),
).listen(Number(port), "localhost", () => console.log("ready"));
