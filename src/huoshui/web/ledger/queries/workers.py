"""Who of an institution works breaks off."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q

from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.models import Membership


def workers(viewer: Actor, *, permission: str, day: dt.date) -> dict[UUID, str]:
    """Give the viewer's colleagues, by name, whose role has a permission on a day."""
    roles = [role.id for role in pack_on(day).roles.values() if permission in role.may]
    held = Membership.objects.filter(institution_id=viewer.institution, role__in=roles)
    now = held.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
    rows = now.order_by("person__name").values_list("person_id", "person__name")
    return dict(rows)
