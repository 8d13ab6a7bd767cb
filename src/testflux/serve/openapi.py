"""The OpenAPI document: what Litestar sees in the routes, in the words of their docstrings."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from testflux.serve import declare, problems, shapes, uploads

_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token of /auth/login (15 minutes), or an API token (tfx_…).",
}
Json = dict[str, Any]


def describe(app: Litestar) -> Json:
    """Return the whole document as plain JSON values."""
    document: Json = app.openapi_schema.to_schema()
    handlers = _handlers(app)
    for path in document["paths"].values():
        for operation in path.values():
            _finish(operation, handlers[operation["operationId"]])
    document["components"]["securitySchemes"] = {"bearer": _BEARER}
    for name, text in _struct_docs().items():
        if name in document["components"]["schemas"]:
            document["components"]["schemas"][name]["description"] = text
    return document


def _handlers(app: Litestar) -> dict[str, HTTPRouteHandler]:
    routes = (handler for route in app.routes for handler in getattr(route, "route_handlers", ()))
    return {str(handler.operation_id): handler for handler in routes if handler.operation_id}


def _finish(operation: Json, handler: HTTPRouteHandler) -> None:
    operation["summary"], _, more = inspect.cleandoc(handler.fn.__doc__ or "").partition("\n\n")
    operation["description"] = more
    if handler.opt.get(declare.PERMISSION):
        operation["security"] = [{"bearer": []}]
    if operation["operationId"] == uploads.OPERATION:
        operation["requestBody"] = uploads.BODY
    if media_types := handler.opt.get(declare.MEDIA_TYPES):
        (shape,) = operation["responses"]["200"]["content"].values()
        operation["responses"]["200"]["content"] = dict.fromkeys(media_types, shape)
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _present(parameter["schema"])


def _present(schema: Json) -> Json:
    """A query key that is absent is absent: null is only how Python says so."""
    options = [option for option in schema.get("oneOf", ()) if option.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key not in ("oneOf", "description")}
    return {**options[0], **rest} if len(options) == 1 else {**schema, **rest}


def _struct_docs() -> dict[str, str]:
    modules = [
        importlib.import_module(f"{shapes.__name__}.{info.name}") for info in pkgutil.iter_modules(shapes.__path__)
    ]
    structs = [
        value
        for module in (*modules, problems)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__doc__
    ]
    return {struct.__name__: inspect.cleandoc(struct.__doc__ or "") for struct in structs}
