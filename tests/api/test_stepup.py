"""Sensitive acts through the API: never by a token, by a session only within ten minutes of proving whose it is."""

import pytest
from django.test import Client
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.response import Response

from portal import policy, urls
from portal.accounts import sessions
from portal.api.views.reference import openapi
from portal.kit.api.views import ApiView, Body, Op
from tests.api.calls import Api

pytestmark = pytest.mark.django_db
PASSWORD = "Test-pass-2026"


class DoneAnswer(serializers.Serializer):
    done = serializers.BooleanField()


class Sensitive(ApiView):
    """What a later room might offer."""

    name, path = "sensitive", "sensitive/"
    operations = {"POST": Op("token", "create", "test", {200: DoneAnswer}, body=Body)}

    def post(self, request):
        return Response({"done": True})


urlpatterns = [path("api/v1/sensitive/", Sensitive.as_view()), *urls.urlpatterns]
handler404 = urls.handler404


@pytest.fixture(autouse=True)
def room(settings):
    settings.ROOT_URLCONF = __name__


def entered(user) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return client


def late(client) -> None:
    session = client.session
    session[sessions.FRESH_KEY] -= sessions.FRESH_SECONDS
    session.save()


def test_a_token_never_does_a_sensitive_act(world, monkeypatch):
    api = Api(world["u.chair"])
    status, told = api.post("sensitive/")
    assert (status, told["code"]) == (403, "person_required") and "where" not in told
    api.client.cookies = entered(world["u.chair"].user).cookies
    assert api.post("sensitive/")[1]["code"] == "person_required", "a fresh session beside it lends nothing"
    monkeypatch.setattr(policy, "FRESH", policy.FRESH - {("token", "create")})
    assert api.post("sensitive/")[0] == 200, "the control: without its mark the act is like any other"


def test_a_session_is_told_where_to_prove_itself(world):
    client = entered(world["u.chair"].user)
    send = lambda: client.post("/api/v1/sensitive/", {}, "application/json")  # noqa: E731
    assert send().status_code == 200, "the control: just signed in"
    late(client)
    refused = send()
    told = refused.json()
    assert (refused.status_code, told["code"]) == (403, "step_up_required") and told["incident"]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert told["where"] == f"http://testserver{reverse('accounts:again')}"
    page = client.get(told["where"])
    assert page.status_code == 200 and "_again-password" in page.content.decode()
    assert client.post(told["where"], {"_again-password": "wrong"}).status_code == 422 and send().status_code == 403
    assert client.post(told["where"], {"_again-password": PASSWORD}).status_code == 302
    assert send().status_code == 200


def test_the_document_says_so():
    drawn = openapi()["components"]["schemas"]["ProblemAnswer"]["properties"]
    assert "step_up_required" in drawn["code"]["description"] and drawn["where"]["format"] == "uri"
    for methods in openapi()["paths"].values():
        for operation in methods.values():
            mark = tuple(operation["x-policy"].split("."))
            assert operation.get("x-step-up", False) == (mark in policy.FRESH)
            assert "403" in operation["responses"]
