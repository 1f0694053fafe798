"""Every test of the web has the databases at hand."""

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
