"""The web application, for a server that speaks WSGI."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from huoshui.web.project.lifeline import end_with_parent

if "HUOSHUI_LIFELINE" in os.environ:  # under `huoshui serve`: a killed server's port is freed
    end_with_parent(os.getppid())

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
application = get_wsgi_application()
