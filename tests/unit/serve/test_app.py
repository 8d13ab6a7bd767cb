from __future__ import annotations

from litestar.routes import HTTPRoute

from testflux.serve import app


def test_what_handlers_depend_on_is_found_in_turn() -> None:
    models = [
        model
        for route in app.declare_app().routes
        if isinstance(route, HTTPRoute)
        for _, model in route.route_handler_map.values()
    ]
    batches = [batch for model in models for batch in model.dependency_batches]
    assert len(batches) > 300
    assert {len(batch) for batch in batches} == {1}
