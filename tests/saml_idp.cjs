// A SAML identity provider of a test's own: npm's samlp behind a page that asks who one is. Arguments: port, folder.
// The folder holds its key and certificate, and sp.pem once our certificate is known there: then requests must be signed.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const samlp = require("samlp");

const [port, folder] = process.argv.slice(2);
const base = `http://localhost:${port}`;
const issuer = `${base}/metadata`;
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
const people = {
  ada: { id: "p-1", emails: [{ value: "ada@example.org" }], displayName: "Ada L.", groups: ["qa", "dev"] },
  grace: { id: "p-2", emails: [{ value: "grace@example.org" }], displayName: "Grace H.", groups: [] },
};

// The mapper of samlp names no groups.
function mapper(user) {
  const claims = {
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": user.emails[0].value,
    "http://schemas.microsoft.com/identity/claims/displayname": user.displayName,
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups": user.groups,
  };
  const format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  return { getClaims: () => claims, getNameIdentifier: () => ({ nameIdentifier: user.id, nameIdentifierFormat: format }) };
}

function answer(request, response) {
  const query = request.query;
  samlp.parseRequest(request, {}, (failed, asked) => {
    const acs = (asked && asked.assertionConsumerServiceURL) || query.acs;
    samlp.auth({
      issuer,
      key: read("idp.key"),
      cert: read("idp.pem"),
      audience: query.audience,
      recipient: acs,
      destination: acs,
      signResponse: query.sign === "both",
      profileMapper: mapper,
      lifetimeInSeconds: 300,
      authnContextClassRef: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
      getUserFromRequest: () => people[query.user],
      getPostURL: (_audience, _document, _request, done) => done(failed, acs),
      ...(fs.existsSync(path.join(folder, "sp.pem")) ? { signingCert: read("sp.pem") } : {}),
    })(request, response, (error) => {
      response.writeHead(400, { "Content-Type": "text/plain" });
      response.end(String(error));
    });
  });
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(query) {
  const hidden = Object.entries(query).map(([name, value]) => `<input type=hidden name=${name} value="${escaped(value)}">`);
  const fields = `<label>Name <input name=user></label><button>Sign in</button>`;
  return `<!doctype html><html lang=en><title>Identity provider</title><form>${hidden.join("")}${fields}</form></html>`;
}

const certificate = read("idp.pem").replace(/-----[^-]*-----|\s/g, "");
const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${issuer}">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">
<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo>
</KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${base}/sso"/>
</IDPSSODescriptor></EntityDescriptor>`;

http
  .createServer((request, response) => {
    const url = new URL(request.url, base);
    request.query = Object.fromEntries(url.searchParams);
    response.set = (name, value) => response.setHeader(name, value);
    response.send = (body) => response.end(typeof body === "number" ? ((response.statusCode = body), "") : body);
    if (url.pathname === "/metadata") return response.end(metadata);
    if (url.pathname !== "/sso") return response.writeHead(url.pathname === "/favicon.ico" ? 204 : 404).end();
    response.setHeader("Content-Type", "text/html");
    if (request.query.user) return answer(request, response);
    return response.end(page(request.query));
  })
  .listen(Number(port), "127.0.0.1", () => console.log("ready"));
