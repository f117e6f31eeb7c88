"""pytest plugin, loaded with -p: the services must run and be named before pytest-django reads the settings.

Only the controller starts them; xdist workers inherit the variables. With DATABASE_URL and REDIS_URL set from
outside nothing is started and the tests run against those servers.
"""

import atexit
import os
from contextlib import ExitStack

from portal.ops import throwaway

STARTED = "PORTAL_TEST_SERVICES"

if STARTED not in os.environ:
    _stack = ExitStack()
    atexit.register(_stack.close)
    os.environ.update(throwaway.start(_stack))
    os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    os.environ.setdefault("PORTAL_APP_ROLE", "portal_app")
    # tests speak plain HTTP and must not spend their time on password hashing
    os.environ.setdefault("HTTPS", "off")
    # the browser tests' server serves the built front end as it lies there
    os.environ.setdefault("STATIC_FROM_SOURCE", "on")
    os.environ.setdefault("STAFF_SECOND_FACTOR", "optional")
    os.environ.setdefault("PASSWORD_HASHERS", "django.contrib.auth.hashers.MD5PasswordHasher")
    # tests of the second factor switch it on themselves
    os.environ.setdefault("STAFF_SECOND_FACTOR", "optional")
    # files straight from their folders: collecting and compressing them proves nothing here
    os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
    os.environ[STARTED] = "1"
