"""Periodic work of the API. Each may run twice at once without harm."""

import time

from celery import shared_task

from portal.api.actions import hooks
from portal.api.actions.pace import forget


@shared_task(name="api.hooks")
def tell() -> None:
    """Queue what happened and send what is due, for at most half a minute."""
    started = time.monotonic()
    hooks.collect()
    while hooks.send_due() and time.monotonic() - started < 30:
        pass


@shared_task(name="api.sweep")
def sweep() -> None:
    """Drop the counters of past minutes."""
    forget()
