"""Doors are tried on a real database, as the web role."""

from tests.web.databases import (  # noqa: F401 - pytest finds fixtures by name here
    as_role,
    database,
    jobs_database,
    server,
    switch_role,
)
