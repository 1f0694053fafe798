"""`python -m huoshui.web.project.jobs`: set Django up and work off the jobs."""

from __future__ import annotations

import os

import django


def main() -> None:
    """Run the jobs process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
    django.setup()
    from huoshui.web.project.worker import work

    work()


if __name__ == "__main__":
    main()
