"""Databases of a test's own on whatever server the tests use."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from testflux.store import database


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[database.Database]:
    """Hold an open pool on the database."""
    house = database.Database(url)
    await house.open()
    try:
        yield house
    finally:
        await house.close()


def create_database(server: str, template: str) -> str:
    """Make a database as a copy of `template` and return its name: 20 ms as a copy of files, 200 through the log."""
    name = f"testflux_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return name


def url_of(server: str, name: str) -> str:
    """Return the address of database `name` on the server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop_database(server: str, name: str) -> None:
    """Remove the database, whoever is still connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
