"""The yardstick: a bare Django page. Session, user, three indexed queries, fifty rows, about 36 kB out of one template.

A project of one file on a database of its own. `python bare.py fill` makes the tables and prints a session's key;
gunicorn serves `bare:application`. Nothing of the portal is in here, and nothing here is clever.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings

HERE = Path(__file__).resolve().parent

settings.configure(
    DEBUG=False,
    SECRET_KEY="yardstick",  # nosec B106 # a throw-away project on the loopback address
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bare",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [HERE / "templates"],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["BARE_NAME"],
            "USER": os.environ["BARE_USER"], "PASSWORD": os.environ["BARE_PASSWORD"],
            "HOST": os.environ["BARE_HOST"], "PORT": os.environ["BARE_PORT"], "CONN_MAX_AGE": 60,
        }
    },
    USE_TZ=True,
    TIME_ZONE="Asia/Shanghai",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)  # fmt: skip
django.setup()

# a model wants the settings above
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Unit(models.Model):
    """A thing that others point to."""

    name = models.CharField(max_length=100)

    class Meta:
        app_label = "bare"


class Person(models.Model):
    """Many of them, with an index."""

    name = models.CharField(max_length=80, db_index=True)
    unit = models.ForeignKey(Unit, models.PROTECT)

    class Meta:
        app_label = "bare"


class Item(models.Model):
    """What the page lists."""

    number = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    note = models.CharField(max_length=200)
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "bare"
        indexes = [models.Index(fields=["unit", "state"])]


def page(request: HttpRequest) -> HttpResponse:
    """Fifty rows over two joins, a count, twenty names."""
    items = Item.objects.select_related("unit", "person").order_by("-updated_at")[:50]
    count = Item.objects.filter(unit=17).count()
    people = Person.objects.filter(name__gte="m").order_by("name")[:20]
    return render(request, "list.html", {"items": items, "count": count, "people": people, "who": request.user})


urlpatterns = [path("", page), path("item/<int:pk>/", page, name="item")]
application = get_wsgi_application()

FILL = (
    "INSERT INTO bare_unit (name) SELECT '第' || n || '实验中学工会' FROM generate_series(1, 3300) n",
    "INSERT INTO bare_person (name, unit_id) SELECT md5(n::text), n %% 3300 + 1 FROM generate_series(1, %(members)s) n",
    "INSERT INTO bare_item (number, subject, state, unit_id, person_id, note, updated_at) SELECT '沪教巾〔2026〕' || n,"
    " '王敏芳' || n, 'review', n %% 3300 + 1, n %% %(members)s + 1, '每周任课 14 节，指导青年教师 4 人',"
    " now() - n * interval '1 minute' FROM generate_series(1, %(entries)s) n",
    "VACUUM (ANALYZE)",
)


def fill(members: int, entries: int) -> str:
    """Make and fill the tables; returns the key of a session that is signed in."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Unit, Person, Item):
            editor.create_model(model)
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"members": members, "entries": entries})
    user = User.objects.create_user("bare", password=None)
    session = SessionStore()
    session["_auth_user_id"], session["_auth_user_backend"] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    sys.stdout.write(fill(int(sys.argv[1]), int(sys.argv[2])) + "\n")
