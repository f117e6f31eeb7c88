"""The Celery application. Only the relay and the workers talk to the broker; a web request never does."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: How far background work steps back for the pages: they share the machine's processors.
STEP_BACK = 10


@worker_init.connect(weak=False)
def step_back(**_seen: object) -> None:
    """Before the pool is started, so that its processes have it too."""
    os.nice(STEP_BACK)
