"""The portal's Celery application with a test's schedule: the same work every second, or mail twice a second.

Never imported by a test: the schedule of its own process would be gone for the tests after it.
"""

import os
import time
import uuid

from portal.celery import app

JOBS = int(os.environ.get("PERIODIC_JOBS", "0"))
#: Seconds of a period: long enough that two workers get through one round of the jobs on a busy machine.
LENGTH = int(os.environ.get("PERIOD_SECONDS", "3"))

app.conf.beat_schedule = {
    f"job-{n}": {"task": "tests.periodic", "schedule": 1.0, "args": [n], "options": {"expires": 5}} for n in range(JOBS)
} or {"send": {"task": "core.send", "schedule": 0.5, "options": {"expires": 5}}}


@app.task(name="tests.periodic")
def periodic(number: int) -> None:
    """Leave one row with a mark and one without: the second shows how often it was asked for."""
    from portal.accounts.models import User  # noqa: PLC0415 # models only after Celery has set Django up
    from portal.core.outbox import tell  # noqa: PLC0415
    from portal.core.periods import once  # noqa: PLC0415

    person = User.objects.get(username="periodic")
    subject = f"{number} {int(time.time()) // LENGTH}"
    tell([person], subject, "asked", key=uuid.uuid4().hex)
    with once(f"job-{number}", subject) as mine:
        if mine:
            tell([person], subject, "done", key=uuid.uuid4().hex)
