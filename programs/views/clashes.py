"""How a form shows that two people wrote into the same answer: both texts side by side, and one press to choose."""

import json
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from programs.actions import drafts
from programs.actions.drafts import Kept
from programs.views import drawn


def _value(answer: Any) -> Any:
    """What the script puts into the form: a table's rows as JSON."""
    return json.dumps(answer, ensure_ascii=False) if isinstance(answer, list) else answer


def told(request: HttpRequest, kept: Kept) -> list[dict[str, Any]]:
    """For each clash its name, the other's words as the form would hold them, and the block that shows both."""
    found = []
    for one in kept.clashes:
        asked, label = drawn.question(kept.entry, one.name)
        texts = [drawn.answer(asked, value) if asked else str(value) for value in (one.mine, one.theirs)]
        context = {
            "name": one.name, "label": label, "said": drafts.told(request.actor, one), "mine": texts[0],
            "theirs": texts[1], "value": _value(one.theirs), "long": asked is not None and asked.kind == "longtext",
            "own": one.change.by == request.user, "who": one.change.by.name,
        }  # fmt: skip
        html = render_to_string("programs/_clash.html", context, request)
        found.append({"name": one.name, "theirs": one.theirs, "html": html})
    return found
