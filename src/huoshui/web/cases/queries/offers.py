"""What may be applied for: an offering in force, with the admitted institution that it is of."""

from __future__ import annotations

import datetime as dt

from huoshui.policy.schema import Offering
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.rules.refusals import CaseRefusal
from huoshui.web.parties.models import Institution, Subject


def offering_for(viewer: Actor, offering: str, today: dt.date) -> Offering:
    """Give an offering that the viewer's subject may apply for on a day, or refuse."""
    pack = pack_on(today)
    found = pack.offerings.get(offering)
    if found is None:
        raise CaseRefusal.NO_SUCH_OFFERING.refuse(offering=offering, today=today)
    subject = Subject.objects.filter(id=viewer.subject).first()
    if subject is not None and subject.kind not in found.applicants:
        words = pack.vocabularies["subject_kind"].entries
        named = [words[each] for each in found.applicants if each in words]
        raise CaseRefusal.NOT_FOR_THIS_KIND.refuse(
            applicants=", ".join(each.en for each in named),
            applicants_zh="、".join(each.zh for each in named),
            name=subject.name,
        )
    return found


def institution_of(viewer: Actor, offering: str, today: dt.date) -> Institution:
    """Give the institution that an offering is of, as admitted to the platform, or refuse."""
    code = offering_for(viewer, offering, today).institution
    found = Institution.objects.filter(code=code).first()
    if found is None:
        raise CaseRefusal.NO_SUCH_INSTITUTION.refuse(institution=code)
    return found
