from __future__ import annotations

from serve_house import PUBLIC, list_routes
from testflux.model.access import Permission
from testflux.serve import declare


def test_each_route_names_one_permission_or_is_known_to_be_public() -> None:
    for method, path, handler in list_routes():
        permission = handler.opt[declare.PERMISSION]
        assert (permission is None) == (path in PUBLIC), f"{method} {path}"
        assert permission is None or isinstance(permission, Permission)


def test_every_permission_guards_something() -> None:
    used = {handler.opt[declare.PERMISSION] for _, _, handler in list_routes()}
    assert set(Permission) <= used
