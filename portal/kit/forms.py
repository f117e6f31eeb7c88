"""Forms: the widgets of the portal, the key that makes one press one act, and the ready form page."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from portal.kit import days
from portal.kit.refusal import Refused

UNPROCESSABLE = 422


# ── widgets ──
class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker of date and time, minutes are enough."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MonthInput(forms.DateInput):
    """A year and a month, as in 成立年月."""

    input_type = "month"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m")


class CountedTextarea(forms.Textarea):
    """A text with a limit in Chinese characters; the script counts while typing, the form field decides."""

    def __init__(self, limit: int, rows: int = 9, attrs: dict | None = None) -> None:
        self.limit = limit
        super().__init__({"rows": rows, "data-count": limit, **(attrs or {})})


class NumberInput(forms.TextInput):
    """A whole number: typed, no little arrows, the phone shows digits."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class MoneyInput(forms.TextInput):
    """An amount in yuan with up to two decimals."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class OneTimeCodeInput(forms.TextInput):
    """The six digits of an authenticator."""

    def __init__(self, attrs: dict | None = None) -> None:
        code = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 8}
        super().__init__({**code, **(attrs or {})})


class PickRadio(forms.RadioSelect):
    """Two to four exclusive answers in a row."""


class UploadInput(forms.ClearableFileInput):
    """A file; ``accept`` is a hint for the picker, the content decides."""

    def __init__(self, accept: str = "", attrs: dict | None = None) -> None:
        super().__init__({"accept": accept, **(attrs or {})} if accept else attrs)


# ── one press, one act ──
def new_key() -> str:
    """A key for one showing of a form."""
    return uuid4().hex


def _slot(request: HttpRequest) -> str:
    user = getattr(request.user, "pk", None) or request.META.get("REMOTE_ADDR", "")
    return f"{user}:{request.path}:{request.POST.get('_key', '')[:64]}"


def _presses() -> Any:
    return import_module(settings.FORM_PRESSES)


def first_time(request: HttpRequest) -> bool:
    """True once per shown form. A form without a key is always taken: the key only guards against the second press."""
    return not request.POST.get("_key") or _presses().take(_slot(request))


def give_back(request: HttpRequest) -> None:
    """The act was refused: the same form may be sent again."""
    if request.POST.get("_key"):
        _presses().give_back(_slot(request))


def whole(view: Callable) -> Callable:
    """What a sent form does, and the mark that it was sent, as one transaction: whatever breaks, both are there or
    neither, and the form may be sent again. A refusal that the view lets through is an answer: it breaks nothing.
    """

    @wraps(view)
    def one_press(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.POST.get("_key"):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            try:
                return view(request, *args, **kwargs)
            except (Refused, Http404) as refusal:
                give_back(request)
                answer = refusal
        raise answer

    return one_press


def refuse(form: BaseForm, refusal: Refused) -> None:
    """Put what an action refused where the user can mend it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def saved(**extra: Any) -> JsonResponse:
    """The answer to an autosave: when it was saved."""
    return JsonResponse({"saved": f"{days.local(days.now()):%H:%M}", **extra})


def form_page(request: HttpRequest, form: BaseForm, template: str = "kit/form.html", **context: Any) -> HttpResponse:
    """The ready form page. With errors it answers 422, so that a fragment keeps what was typed."""
    context.setdefault("multipart", form.is_multipart())
    wrong = form.is_bound and bool(form.errors)
    return render(request, template, {"form": form, **context}, status=UNPROCESSABLE if wrong else 200)
