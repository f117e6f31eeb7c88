"""Percentages as whole hundredths of a percent, so that 0.3 % is the integer 30 and nothing is ever rounded twice."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

WHOLE = 10_000
_SHAPE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*[%％]?")


def read_percent(text: str) -> int:
    """“0.3%”, “40” → hundredths of a percent (30, 4000). Raises ValueError with the reason in Chinese."""
    found = _SHAPE.fullmatch(text.strip())
    if not found:
        raise ValueError(_("“%(text)s”不是百分比，写成 40%% 或 0.3%%") % {"text": text.strip()})
    value = int(Decimal(found[1]) * 100)
    if value > WHOLE:
        raise ValueError(_("“%(text)s”超过了 100%%") % {"text": text.strip()})
    return value


def percent_words(value: int) -> str:
    """30 → “0.3%”, 4000 → “40%”."""
    whole, rest = divmod(value, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"
