"""The offices that keep the region's list of products, as the packs name them."""

from __future__ import annotations

import datetime as dt

from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.models import Institution


def offices(viewer: Actor, today: dt.date) -> list[Institution]:
    """Give the admitted offices by which any product is listed, in the order of their codes."""
    codes = {o.listing.listed_by for o in pack_on(today).offerings.values() if o.listing}
    return list(Institution.objects.filter(code__in=codes).order_by("code"))
