"""Django's settings: one project, PostgreSQL always, secrets from the environment.

`huoshui serve` sets the environment of each process: HUOSHUI_DB_URL (the address of the database
with the role of that process), HUOSHUI_SECRET_KEY, HUOSHUI_HOME, HUOSHUI_PACKS and HUOSHUI_DAY.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from huoshui.kernel.garbage import seldom

seldom()  # whatever process of the platform this is

WEB = Path(__file__).resolve().parents[1]
ROOT = WEB.parents[2]


def database(url: str) -> dict[str, object]:
    """Give Django's form of a PostgreSQL address."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


HUOSHUI_HOME = Path(os.environ.get("HUOSHUI_HOME", "var/demo")).resolve()
HUOSHUI_PACKS = tuple(
    Path(p)
    for p in os.environ.get(
        "HUOSHUI_PACKS", os.pathsep.join(str(ROOT / "packs" / n) for n in ("common", "demo"))
    ).split(os.pathsep)
)
HUOSHUI_DAY = os.environ.get("HUOSHUI_DAY", "")

SECRET_KEY = os.environ.get("HUOSHUI_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HUOSHUI_HOSTS", "127.0.0.1,localhost,testserver").split(",")
DATABASES = {"default": database(os.environ.get("HUOSHUI_DB_URL", "postgresql:///huoshui"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.Person"

APPS = (
    "audit",
    "parties",
    "delivery",
    "ledger",
    "sources",
    "insights",
    "agreements",
    "cases",
    "desk",
)
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "django_htmx",
    *(f"huoshui.web.{app}" for app in APPS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huoshui.web.project.middleware.policy_of_content",
    "huoshui.web.project.middleware.InTheActorsName",
]
ROOT_URLCONF = "huoshui.web.project.urls"
WSGI_APPLICATION = "huoshui.web.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "huoshui.web.project.context.page",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

USE_TZ = True
TIME_ZONE = "UTC"  # moments are kept in UTC; pages show them in the region's own time
USE_I18N = False  # both languages stand side by side in the pages (docs/adr)

# The first makes new hashes: it needs 16 MiB a guess, and a third of the processor's seconds that
# a million rounds of the other took.  A hash of the other is made anew when its owner signs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SIGN_IN_TRIES = 5  # failed attempts for one name within the pause, then the door stays shut
SIGN_IN_TRIES_OF_ADDRESS = 30  # the same for one address, behind which an office may sit
SIGN_IN_PAUSE_MINUTES = 15
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

PROCRASTINATE_ON_APP_READY = "huoshui.web.delivery.tasks.register"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HUOSHUI_LOG", "WARNING")},
}
