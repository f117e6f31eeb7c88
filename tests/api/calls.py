"""Asking the API in tests, with a token as a program would."""

import datetime
import json
from typing import Any

from django.test import Client

from portal.api.actions.tokens import create_token
from portal.core.actor import Actor
from portal.kit import days


class Api:
    """A program with a token of this actor. ``ask`` gives (status, body) and checks the shape of every error."""

    def __init__(self, actor: Actor, reach: str = "write") -> None:
        until = days.today() + datetime.timedelta(days=30)
        self.token, self.secret = create_token(actor, "测试", reach, actor.post, until)
        self.client = Client(enforce_csrf_checks=True)

    def ask(self, method: str, path: str, body: Any = None, files: dict | None = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.secret}", **headers}
        if files is not None:
            answer = self.client.post(f"/api/v1/{path}", {**(body or {}), **files}, headers=given)
        else:
            data = json.dumps(body) if body is not None else ""
            answer = self.client.generic(method, f"/api/v1/{path}", data, "application/json", headers=given)
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", (path, answer.content)
            told = answer.json()
            assert told["status"] == answer.status_code and told["detail"] and told["incident"]
        else:
            told = answer.json() if answer.content else None
        self.headers = answer.headers
        return answer.status_code, told

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.ask("POST", path, body if body is not None else {}, **headers)
