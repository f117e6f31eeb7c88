"""A polite limit on how often one address may ask a page that needs no account."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def too_fast(request: HttpRequest, what: str, amount: int, seconds: int = 60) -> bool:
    """Count this request; True once the address has asked ``what`` more than ``amount`` times in this stretch of time.

    A school sits behind one address, so limits are generous. A cache that is away limits nobody.
    """
    stretch = int(time.time() // seconds)
    key = f"pace:{what}:{get_adapter().get_client_ip(request)}:{stretch}"
    cache.add(key, 0, 2 * seconds)
    try:
        return cache.incr(key) > amount
    except ValueError:  # the cache came back or went away between the two calls
        return False
