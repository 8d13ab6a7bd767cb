"""What the scan rules of the sample history say."""

from __future__ import annotations

from testflux.sample import zap

CONTENT_POLICY = zap.Rule(
    plugin_id="10038",
    name="Content Security Policy (CSP) Header Not Set",
    risk=2,
    confidence=4,
    description="The response names no content security policy, so the browser runs scripts from wherever a page asks.",
    solution="Send a Content-Security-Policy header that names the allowed sources of scripts, styles and frames.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/CSP",
    cwe=693,
    wasc=15,
)
CLICKJACKING = zap.Rule(
    plugin_id="10020",
    name="Missing Anti-clickjacking Header",
    risk=2,
    confidence=2,
    description="Another site may show this page in a frame and trick people into clicking on it.",
    solution="Send frame-ancestors in the content security policy, or X-Frame-Options.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/Headers/X-Frame-Options",
    cwe=1021,
    wasc=15,
)
SQL_INJECTION = zap.Rule(
    plugin_id="40018",
    name="SQL Injection",
    risk=3,
    confidence=2,
    description="What the parameter holds becomes part of a database query: the answer changed with the query's logic.",
    solution="Use prepared statements with bound parameters. Let the database account do no more than it must.",
    reference="https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html",
    cwe=89,
    wasc=19,
)
SCRIPTING = zap.Rule(
    plugin_id="40012",
    name="Cross Site Scripting (Reflected)",
    risk=3,
    confidence=2,
    description="What the parameter holds comes back in the page as markup: a crafted link runs script as the visitor.",
    solution="Encode what is written into a page for the place it is written to, and validate input.",
    reference="https://owasp.org/www-community/attacks/xss/",
    cwe=79,
    wasc=8,
)
TRANSPORT = zap.Rule(
    plugin_id="10035",
    name="Strict-Transport-Security Header Not Set",
    risk=1,
    confidence=3,
    description="Nothing tells the browser to insist on HTTPS the next time.",
    solution="Send Strict-Transport-Security with a long max-age once every host speaks HTTPS.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/Headers/Strict-Transport-Security",
    cwe=319,
    wasc=15,
)
SNIFFING = zap.Rule(
    plugin_id="10021",
    name="X-Content-Type-Options Header Missing",
    risk=1,
    confidence=2,
    description="The browser may guess another type for this answer than the server said.",
    solution="Send X-Content-Type-Options: nosniff and the right Content-Type.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/Headers/X-Content-Type-Options",
    cwe=693,
    wasc=15,
)
SERVER_VERSION = zap.Rule(
    plugin_id="10036",
    name='Server Leaks Version Information via "Server" HTTP Response Header Field',
    risk=1,
    confidence=3,
    description="The Server header tells which version answers, and with it which known weaknesses to try.",
    solution="Let the server send its name without a version, or nothing.",
    reference="https://httpd.apache.org/docs/current/mod/core.html#servertokens",
    cwe=497,
    wasc=13,
)
COOKIE_SITE = zap.Rule(
    plugin_id="10054",
    name="Cookie without SameSite Attribute",
    risk=1,
    confidence=2,
    description="The cookie goes along with requests that other sites start.",
    solution="Set SameSite to Lax, or to Strict where nothing links in.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/Cookies",
    cwe=1275,
    wasc=13,
)
FORGERY = zap.Rule(
    plugin_id="10202",
    name="Absence of Anti-CSRF Tokens",
    risk=2,
    confidence=1,
    description="The form carries nothing that another site could not guess, so that site can send it for the visitor.",
    solution="Put an unguessable token into each form and refuse requests without it.",
    reference="https://owasp.org/www-community/attacks/csrf",
    cwe=352,
    wasc=9,
)
ERROR_TEXT = zap.Rule(
    plugin_id="90022",
    name="Application Error Disclosure",
    risk=2,
    confidence=2,
    description="The answer shows an error with inner details, such as file names or statements.",
    solution="Log the details, show people an identifier.",
    reference="https://owasp.org/www-community/Improper_Error_Handling",
    cwe=550,
    wasc=13,
)
CACHED = zap.Rule(
    plugin_id="10015",
    name="Re-examine Cache-control Directives",
    risk=0,
    confidence=1,
    description="The answer may be kept by caches although it looks personal.",
    solution="Send Cache-Control: no-store with answers that only one person should see.",
    reference="https://developer.mozilla.org/docs/Web/HTTP/Caching",
    cwe=525,
    wasc=13,
)
MODERN = zap.Rule(
    plugin_id="10109",
    name="Modern Web Application",
    risk=0,
    confidence=2,
    description="The page is built by script, so a plain crawl misses most of it.",
    solution="Use the crawler that drives a browser.",
    reference="https://developer.mozilla.org/docs/Glossary/SPA",
    cwe=-1,
    wasc=-1,
)
