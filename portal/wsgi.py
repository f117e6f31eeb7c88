"""WSGI entry point, served by gunicorn, which loads it once before it forks its workers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
# The views come with the addresses: read before the fork they are shared, at the first request each worker has its own.
get_resolver().url_patterns  # noqa: B018
# What is loaded now stays for good. Looking through it for rubbish costs each request time, and each worker its share.
gc.collect()
gc.freeze()
