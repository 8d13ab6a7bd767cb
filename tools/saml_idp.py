"""Bring a SAML identity provider (npm's samlp) into .saml/: the tests sign in with it, in a real browser.

`python tools/saml_idp.py` does nothing when it is there. Without it those tests are left out and say so.
"""

from __future__ import annotations

from pathlib import Path

import web

HOME = Path(__file__).resolve().parent.parent / ".saml"
PACKAGE = "samlp@8.0.0"


if __name__ == "__main__":
    web.install_beside(HOME, PACKAGE)
