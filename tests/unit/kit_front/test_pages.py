"""The templates that everything stands on: whole, strict about the content policy, polite in every error."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.core.actor import Actor
from portal.kit.dialogs import HtmxRedirects, in_dialog
from portal.kit.views import STATES, components

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ERRORS = ("400", "403", "403_csrf", "404", "405", "413", "429", "500", "503", "refused")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_template_needs_inline_style_or_script(path):
    text = path.read_text()
    if "documents" in path.parts or "paper" in path.parts:
        return  # papers are never sent to a browser
    assert not re.search(r"\sstyle=", text), "inline style"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "inline script"
    assert not re.search(r"\son[a-z]+=\"", text), "inline handler"
    assert not re.search(r"https?://(?!www\.w3\.org)", text), "something from elsewhere"


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_stands_alone_in_chinese_with_its_number(name):
    html = render_to_string(f"errors/{name}.html", {"incident": "a1b2c3d4", "message": "名额用完了"})
    assert "a1b2c3d4" in html
    assert re.search(r"<h1[^>]*>[\u4e00-\u9fff]", html)
    for inside in ("Traceback", "Django", "/srv/", "Exception", "csrf", "CSRF"):
        assert inside not in html.replace("csrf_token", "")


def test_an_expired_login_says_first_what_is_safe():
    html = render_to_string("errors/403_csrf.html", {"incident": "x"})
    assert "登录过期了" in html
    assert "字都还在" in html


def _through(response: HttpResponse, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/entries/", headers=headers)
    return HtmxRedirects(lambda _request: response)(request)


def test_a_redirect_in_answer_to_htmx_moves_the_whole_page():
    moved = _through(HttpResponseRedirect("/next/"), HX_Request="true")
    assert (moved.status_code, moved.headers["HX-Redirect"]) == (204, "/next/")
    assert _through(HttpResponseRedirect("/next/")).status_code == 302


def test_an_expired_session_leads_back_to_the_page_not_to_the_fragment():
    login = HttpResponseRedirect(_login() + "?next=/entries/rows/")
    moved = _through(login, HX_Request="true", HX_Current_URL="http://testserver/entries/?q=a")
    assert moved.headers["HX-Redirect"] == _login() + "?next=%2Fentries%2F%3Fq%3Da"


def _login() -> str:
    return render_to_string("errors/403_csrf.html", {}).split('btn-primary" href="')[1].split('"')[0]


def test_only_the_dialog_gets_a_fragment():
    factory = RequestFactory()
    assert in_dialog(factory.get("/", headers={"HX-Request": "true", "HX-Target": "dlg"}))
    assert not in_dialog(factory.get("/", headers={"HX-Request": "true", "HX-Target": "rows"}))
    assert not in_dialog(factory.get("/"))


def _components(**headers: str) -> str:
    request = RequestFactory().get("/kit/components/", headers=headers)
    request.actor, request.user, request.posts = Actor(), AnonymousUser(), []
    return components(request).content.decode()


def test_the_component_page_shows_every_state_once_and_holds_together():
    html = _components()
    assert html.count('class="st st-') == len(STATES) + 2  # two more in the sample table
    assert html.count("<h1>") == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'(?:aria-labelledby|aria-describedby)="([^"]+)"', html)) - {"dlg-t"}
    assert {one for target in targets for one in target.split()} <= set(ids)


def test_the_component_page_is_light():
    assert len(_components().encode()) < 100_000
