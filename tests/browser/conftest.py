"""Browser tests drive the Chromium of the system: a missing one is a failure with its reason, never a skip."""

import os

import pytest

from portal.ops.doctor import browser

# Playwright's own event loop runs in the thread of the test, which uses the database directly
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = browser()
    assert path, "no Chromium found: run `make doctor`"
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
