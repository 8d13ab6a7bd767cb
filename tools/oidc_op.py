"""Bring an OpenID Connect provider (npm's oidc-provider) into .oidc/: the tests sign in with it, in a real browser.

`python tools/oidc_op.py` does nothing when it is there. Without it those tests are left out and say so.
"""

from __future__ import annotations

from pathlib import Path

import web

HOME = Path(__file__).resolve().parent.parent / ".oidc"
PACKAGE = "oidc-provider@9.13.3"


if __name__ == "__main__":
    web.install_beside(HOME, PACKAGE)
