"""Shared fixtures. PostgreSQL, Valkey and Celery are real; nothing here stands in for them."""

import uuid

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from hypothesis import settings as hypothesis_settings

from portal.core.actor import Actor
from tests import factories

# a machine that does other things as well is no counterexample
hypothesis_settings.register_profile("portal", deadline=None)
hypothesis_settings.load_profile("portal")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After the migrations: the rights of the application's role, as in production."""
    with django_db_blocker.unblock():
        call_command("grant_app_role", stdout=open("/dev/null", "w"))  # noqa: SIM115, PTH123


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    """Files, anchors and mail of a test stay in its own folder."""
    settings.FILES_DIR = tmp_path / "files"
    settings.ANCHOR_DIR = tmp_path / "anchors"


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Limits per address and keys of pressed buttons lie in the cache: one test's must not be another's."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture(autouse=True)
def _no_hurry(settings):
    """A test asks faster than any program may; the limit has a test of its own."""
    settings.API_PER_MINUTE = 10**6


@pytest.fixture
def world(db) -> factories.World:
    return factories.world()


@pytest.fixture
def sign_in(client):
    """``sign_in(actor)``: a client that acts in the actor's post."""

    def enter(actor: Actor):
        client.force_login(actor.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
        if actor.post:
            session = client.session
            session["post"] = actor.post.pk
            session.save()
        return client

    return enter
