"""Doors are tried on a real database, as the web role."""

from tests.web.cases.conftest import stage  # noqa: F401
from tests.web.databases import (  # noqa: F401 - pytest finds fixtures by name here
    as_role,
    database,
    jobs_database,
    quick_passwords,
    server,
    server_with_snapshot,
    switch_role,
    template,
)
from tests.web.insights.conftest import folder, loaded, parties  # noqa: F401
