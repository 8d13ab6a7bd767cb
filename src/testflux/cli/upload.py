"""`testflux upload`: send reports and say what the server made of them."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from testflux.cli import ci, delivery, history, outcome, pick
from testflux.cli import options as shared
from testflux.cli.client import Client
from testflux.cli.progress import Progress
from testflux.kit import errors
from testflux.model.run import Metadata

_OWN: Final = ("name", "environment", "type", "branch", "commit", "pull_request", "build_url", "build_key")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="report files, folders or archives")
    parser.add_argument("--project", required=True, metavar="SLUG", help="the project the reports belong to")
    about = parser.add_argument_group("about the run")
    about.add_argument("--name", default="", metavar="LANE", help="the lane: runs of one name are compared")
    about.add_argument("--environment", default="", help="where it ran, e.g. staging")
    about.add_argument("--type", default="", help="test type, e.g. regression or smoke")
    about.add_argument("--branch", default="", help="default: what CI or git says")
    about.add_argument("--commit", default="", metavar="SHA", help="default: what CI or git says")
    about.add_argument("--pull-request", default="", metavar="NUMBER", help="default: what CI says")
    about.add_argument("--build-url", default="", metavar="URL", help="where to see the build; default: what CI says")
    about.add_argument("--build-key", default="", metavar="KEY", help="what several uploads of one build share")
    about.add_argument("--label", action="append", default=[], metavar="KEY=VALUE", help="repeatable")
    about.add_argument("--started-at", type=_moment, metavar="TIME", help="when the run began, for history (RFC 3339)")
    about.add_argument("--exit-code", type=int, metavar="N", help="what the tool ended with, e.g. k6's 99")
    about.add_argument("--idempotency-key", default="", metavar="KEY", help="the same key is taken once")
    parser.add_argument("--historical", action="store_true", help="archived reports, in their own time; tells nobody")
    parser.add_argument("--layout", default="", metavar="PATTERN", help="what paths say, e.g. {branch}/{build_key}")
    shared.add_server(parser)
    parser.add_argument("--wait", action=argparse.BooleanOptionalAction, default=True, help="wait for the verdict")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS", help="wait no longer (default: 600)")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a run failed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Send, wait, tell."""
    if options.gate and not options.wait:
        raise errors.InvalidError("--gate has to wait for the verdict.", field="--gate", hint="Leave --no-wait out.")
    if options.historical:
        with open_client(options) as client:
            return history.run(options, client, describe(options, Metadata()), as_query)
    if options.layout:
        raise errors.InvalidError("--layout is for history.", field="--layout", hint="Say --historical too.")
    query = as_query(describe(options, ci.detect(os.environ, Path())))
    picked, skipped = pick.pick(options.paths)
    if not picked:
        outcome.print_skipped(skipped)
        hint = "docs/reference/formats.md lists what can be read; a file named by itself is sent whatever it is."
        raise errors.InvalidError("There is no report to send.", field="PATH", hint=hint)
    with open_client(options) as client, Progress() as progress:
        way = delivery.Delivery(client, progress, options.project, query, options.idempotency_key)
        results = way.deliver(picked)
        if options.wait:
            results = way.follow(results, options.timeout)
    told = outcome.Told(results, tuple(skipped), options.project, client.url, gate=options.gate)
    sys.stdout.write(outcome.as_json(told) if options.json else outcome.as_text(told))
    if any(result.is_undelivered for result in results):
        sys.stderr.write(f"The files are untouched. To send them again:\n  {resend(options, told)}\n")
    return outcome.code(told)


def open_client(options: argparse.Namespace) -> Client:
    """Return a client for the server of these options; InvalidError without a token."""
    if not options.token:
        raise errors.InvalidError(
            "There is no token.",
            field="--token",
            hint="An administrator makes one in the app under API tokens; set it as TESTFLUX_TOKEN.",
        )
    return Client(options.url, options.token)


def describe(options: argparse.Namespace, detected: Metadata) -> Metadata:
    """Return what is said about the run: what is given wins over what was detected."""
    given = {field: value for field in _OWN if (value := getattr(options, field))}
    labels = dict(_label(text) for text in options.label)
    return msgspec.structs.replace(
        detected, **given, labels=labels, started_at=options.started_at, exit_code=options.exit_code
    )


def as_query(metadata: Metadata) -> tuple[tuple[str, str], ...]:
    """Return the metadata as the pairs of a query string."""
    fields = (*_OWN, "ci_provider")
    pairs = [(field, text) for field in fields if (text := getattr(metadata, field))]
    pairs += [("labels", f"{key}={value}") for key, value in metadata.labels.items()]
    if metadata.started_at is not None:
        pairs.append(("started_at", metadata.started_at.isoformat()))
    if metadata.exit_code is not None:
        pairs.append(("exit_code", str(metadata.exit_code)))
    return tuple(pairs)


def resend(options: argparse.Namespace, told: outcome.Told) -> str:
    """Return the command line that sends again what did not arrive; the token is left to the environment."""
    words = ["testflux", "upload", *(str(result.path) for result in told.results if result.is_undelivered)]
    words += ["--project", options.project, "--url", options.url]
    for field in _OWN:
        if value := getattr(options, field):
            words += [f"--{field.replace('_', '-')}", value]
    for label in options.label:
        words += ["--label", label]
    if options.started_at is not None:
        words += ["--started-at", options.started_at.isoformat()]
    if options.exit_code is not None:
        words += ["--exit-code", str(options.exit_code)]
    if options.idempotency_key:
        words += ["--idempotency-key", options.idempotency_key]
    return shlex.join([*words, *(["--gate"] if options.gate else [])])


def _label(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise errors.InvalidError(f"A label is KEY=VALUE, not {text!r}.", field="--label", hint="E.g. --label team=web")
    return key, value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2026-11-21T04:05:06Z") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
