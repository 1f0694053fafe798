"""What a bank may take or pay of its own accord, by the posting rules of the packs."""

from __future__ import annotations

from huoshui.policy.pack import Pack

RULES = "bank_account"
"""The posting rules that such lines are booked by."""


def charges_of(pack: Pack, *, code: str, amount_fen: int) -> dict[str, tuple[str, str]]:
    """Give what a line may be booked as, by the way it went: each with its two accounts."""
    rules = pack.postings.get(RULES)
    found = {}
    for name, event in (rules.events if rules else {}).items():
        line = event.lines[0]
        ours = line.debit if amount_fen > 0 else line.credit
        if ours == code and line.debit is not None and line.credit is not None:
            found[name] = (line.debit, line.credit)
    return found


def charge_labels(pack: Pack, *, code: str, amount_fen: int) -> list[tuple[str, dict[str, str]]]:
    """Give what a line may be booked as, with what people call it."""
    events = pack.postings[RULES].events if RULES in pack.postings else {}
    known = charges_of(pack, code=code, amount_fen=amount_fen)
    return [(name, events[name].label.model_dump()) for name in known]
