"""The processes of the portal: the one list that `make demo`, the Dockerfile and docker-compose.yml all run.

What differs between places comes from the environment, never from another command line:
GUNICORN_CMD_ARGS (`--bind=…`) and WEB_CONCURRENCY for the web server, DATABASE_URL, REDIS_URL and so on for all.
"""

from dataclasses import dataclass
from signal import SIGTERM, Signals

CELERY = ("python", "-m", "celery", "--quiet", "--app", "portal.celery:app")


@dataclass(frozen=True)
class Process:
    """One long-running process: `grace` is how many seconds it gets to finish what it is doing."""

    name: str
    command: tuple[str, ...]
    grace: float
    stop_signal: Signals = SIGTERM


PROCESSES: tuple[Process, ...] = (
    Process(
        "web",
        (
            *("python", "-m", "gunicorn", "portal.wsgi:application"),
            *("--worker-class", "gthread", "--threads", "4", "--preload", "--timeout", "60", "--graceful-timeout", "3"),
            *(
                "--max-requests",
                "5000",
                "--max-requests-jitter",
                "500",
                "--no-control-socket",
                "--log-level",
                "warning",
            ),
        ),
        grace=6,
    ),
    Process(
        "worker",
        (
            *CELERY,
            *("worker", "--hostname", "worker@%h", "--queues", "celery", "--concurrency", "2"),
            *("--loglevel", "warning", "--without-gossip", "--without-mingle"),
        ),
        grace=8,
    ),
    # PDF batches take 400 MB each: one at a time, in a process that is renewed
    Process(
        "documents",
        (
            *CELERY,
            *("worker", "--hostname", "documents@%h", "--queues", "documents", "--concurrency", "1"),
            *("--max-tasks-per-child", "20", "--loglevel", "warning", "--without-gossip", "--without-mingle"),
        ),
        grace=8,
    ),
    # the schedule's state lies in the database: the container needs no disk of its own
    Process(
        "beat",
        (
            *CELERY,
            *("beat", "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"),
            *("--loglevel", "warning", "--pidfile="),
        ),
        grace=4,
    ),
)

#: Before the processes start, with the URL of the owner role.
PREPARE = ("python", "manage.py", "prepare")
