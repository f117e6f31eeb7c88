"""P-WEB2, the API's part: whatever is sent, the answer is one that the document names, and never an error of ours.

Every operation of the OpenAPI document, as several roles, with bodies and parameters that fit it and that do not;
half of the cases name things that exist.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from portal.api.views.reference import openapi
from portal.core.api import Jobs
from tests.api.calls import Api
from tests.promises.stage import Stage, build

pytestmark = [pytest.mark.promise("P-WEB2"), pytest.mark.django_db]
CHECKS = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
]
ROLES = ("u.chair", "officer", "teacher", "supervisor", "a.officer", "auditor")
#: Chosen by the caller in one of its own posts, or kept per key: random ones would only test the door.
DOORS = ("X-Post", "Idempotency-Key", "Authorization", "Cookie")


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = build()
    logging.disable(logging.ERROR)
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: the test's connection is not a request's
        signal.disconnect(close_old_connections)
    yield made
    for signal in signals:
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


class Asked:
    """What was asked, what was answered, what was wrong."""

    def __init__(self) -> None:
        self.examples, self.failures, self.answers = 0, {}, Counter()

    def ask(self, case: Any, headers: dict[str, str]) -> None:
        case.headers = {k: v for k, v in (case.headers or {}).items() if k not in DOORS}
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        self.examples += 1
        self.answers[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as found:
            problems = found.exceptions if isinstance(found, FailureGroup) else [found]
            for one in problems:
                self.failures.setdefault((case.operation.label, one.title), str(one.message)[:600])


def known(stage: Stage) -> dict[str, list[Any]]:
    """Things that exist, by the name of the argument that takes them."""
    found = {kind: [thing.value for thing in things] for kind, things in stage.things.items()}
    entries = stage.things["entry_id"]
    found["attachment_id"] = [thing.children["attachment_id"] for thing in entries]
    found["move"] = ["submit", "forward", "return", "withdraw"]
    found |= {"call": found["call_id"], "member": found["member_id"], "importer": ["members"], "version": [1, 2, 3]}
    found["category"] = [one.key for one in stage.things["call_id"][0].row.categories.all()]
    return found


def real(case: Any, there: dict[str, list[Any]], n: int) -> None:
    """Put existing things where the case names some."""
    for values in (case.path_parameters, case.body if isinstance(case.body, dict) else None):
        for name in values or {}:
            if name in there:
                values[name] = there[name][n % len(there[name])]


def walk(stage: Stage, roles: tuple[str, ...], examples: int, only: str = "") -> Asked:
    """Every operation as every role, so many examples of what fits and of what does not."""
    asked, there = Asked(), known(stage)
    document = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    for role in roles:
        headers = {"Authorization": f"Bearer {Api(stage.world[role]).secret}"}
        for result in document.get_all_operations():
            operation = result.ok()
            if only and only not in operation.label:
                continue
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _examples(operation, mode, examples, lambda case, n: real(case, there, n), headers, asked)
    return asked


def _examples(operation: Any, mode: Any, examples: int, mend: Any, headers: dict[str, str], asked: Asked) -> None:
    quiet = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=examples, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=quiet)  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if asked.examples % 2:
            mend(case, asked.examples)
        asked.ask(case, headers)

    run()


def test_no_answer_that_the_document_does_not_name(stage, figure, full_size):
    started = time.monotonic()
    asked = walk(stage, ROLES if full_size else ROLES[:2], 40 if full_size else 2)
    operations = sum(len(methods) for methods in openapi()["paths"].values())
    figure("operations of the API", operations)
    figure("examples sent", asked.examples)
    figure("of these answered 2xx", sum(n for status, n in asked.answers.items() if status < 300))
    figure("undocumented answers and errors of ours", len(asked.failures), wanted="0")
    figure("contract duration", time.monotonic() - started, "s")
    assert asked.examples > 100 and {200, 404, 422} <= set(asked.answers), asked.answers
    assert not asked.failures, "\n".join(f"{key}: {text}" for key, text in asked.failures.items())


def test_the_control_an_undocumented_answer_is_found(stage, figure, monkeypatch):
    monkeypatch.setattr(Jobs, "get", lambda self, request: HttpResponse("x", status=418))
    found = walk(stage, ("officer",), 2, only="GET /api/v1/jobs/").failures
    figure("control: a view that answers otherwise", len(found), wanted="> 0")
    assert any("status" in title.lower() for _label, title in found)
