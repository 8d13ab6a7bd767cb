from __future__ import annotations

import pytest

from made import Project, make_project
from testflux.store.database import Database


@pytest.fixture
async def project(database: Database) -> Project:
    """A project that made reports can arrive in."""
    return await make_project(database)
