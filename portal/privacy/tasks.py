"""Background work on people's data. Each may be repeated at any line."""

from portal.core.jobs import JobRun, handler
from portal.privacy.actions import keys


@handler("privacy.rotate")
def rotate(run: JobRun) -> None:
    """Bring every sealed value under the current key; the result says how many rows each key still holds."""
    result = keys.rotate(run.actor, run.progress)
    run.result({**result, "in_use": keys.in_use()})
