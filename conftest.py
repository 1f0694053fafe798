"""Django is set up before the first of its modules is collected, and only then."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
OF_DJANGO = tuple(
    ROOT / part for part in ("src/huoshui/web", "tests/web", "tests/doors", "tests/browser")
)
DAY = "2026-11-20"
"""The day that the tests of the web take place on."""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Set Django up when a file of its part of the house is met; look for examples where some are.

    To look for them takes the import of every module, which no process of tests needs.
    """
    if file_path.suffix == ".py" and any(map(file_path.is_relative_to, OF_DJANGO)):
        _set_up()
    found = yield
    if b">>>" in file_path.read_bytes():
        return found
    return [each for each in found if isinstance(each, pytest.Module)]


def _set_up() -> None:
    from django.apps import apps

    if apps.ready:
        return
    # Where the database is, tests learn from tests/web/databases.py; a doctest needs none.
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "huoshui.web.project.settings",
        "HUOSHUI_SECRET_KEY": "only for tests",
        "HUOSHUI_HOME": str(Path(tempfile.gettempdir()) / "huoshui-no-home"),
        "HUOSHUI_PACKS": os.pathsep.join(str(ROOT / "packs" / n) for n in ("common", "demo")),
        "HUOSHUI_DAY": DAY,
        # A browser that tests drive leaves its event loop in the thread; Django's guard against
        # asking the database from inside a loop would take every later test for that.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "yes",
    }
    import django
    from django.conf import settings
    from django.test.utils import setup_test_environment

    # A million rounds per password is what keeps guessers out, and what tests need not wait for.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    setup_test_environment()
