"""The end of a month: the bank's files are taken in, and breaks are worked off by two people.

Every break must have a cause that was planted, and everything planted must be found, as a break or
by a refusal.
"""

from __future__ import annotations

from typing import Any

from huoshui.simulation.books import Deed, Fault
from huoshui.simulation.story import NO
from huoshui.simulation.world import Bank, World

_UNOWED = ("above_owed", "above_due", "closed", "paid_later", "written_off", "not_written_off")
REFUSED_PAYMENTS = [f"{NO}{why}" for why in _UNOWED]
"""Why a receipt may not be what somebody takes it for."""


class MonthEnd:
    """What officers and approvers do with what the bank sent."""

    def __init__(self, world: World) -> None:
        self.world = world

    def statements(self, bank: Bank, *, moods: bool) -> None:
        """Take the month's files in; a bad one is refused, and the good one comes after it."""
        world = self.world
        spare = [name for f in world.faults if not f.is_over for name in f.names]
        order = {"do": "statement", "account": bank.account, "until": str(world.today),
                 "moods": moods, "spare": spare}  # fmt: skip
        told = world.bank.ask(order)
        for each in told["planted"]:
            fault = Fault(each["kind"], world.month, bank.n, set(each["names"]), each)
            world.faults.append(fault)
        for fault in world.faults:
            if fault.bank == bank.n:
                fault.is_due = True
        for n, file in enumerate(told["files"]):
            taken = {
                "do": "receive", "name": f"{bank.n}-{world.month}-{n}.{file['as']}",
                "institution": bank.said["institution"], "body": file["body"], **bank.people,
            }  # fmt: skip
            no = [f"statement.{file['fault']}"] if file["fault"] else []
            world.do(f"statement{': ' if no else ''}{file['fault']}", taken, expect=no)
        bank.told_until = str(world.today)

    def work(self, bank: Bank) -> None:
        """Find the cause of each break, and settle those that can be settled now."""
        found = self._breaks(bank)
        for each in found:
            causes = self._causes(bank, each)
            if not causes:
                self.world.fail("break_unexplained", what=each)
            for cause in causes:
                cause.is_seen = True
        for fault in self.world.faults:
            if fault.bank != bank.n or fault.is_over:
                continue
            mine = [each for each in found if fault.names & set(each["names"])]
            if not mine:  # what was taken back before any statement was never apart
                fault.is_seen |= fault.kind == "phantom" and bool(fault.said.get("booked"))
                fault.is_over = fault.is_seen
            else:
                getattr(self, f"_{fault.kind}")(bank, fault, mine)
        for fault in self.world.faults:
            if fault.bank == bank.n and fault.is_due and not fault.is_seen:
                self.world.fail("fault_not_found", what=f"{fault.kind} {sorted(fault.names)}")
                fault.is_seen = True

    def check(self, bank: Bank) -> None:
        """What is open explains to the fen how the bank's books differ from ours."""
        order = {"do": "sums", "institution": bank.said["institution"],
                 "code": bank.said["account"]["code"], **bank.people}  # fmt: skip
        sums = self.world.do("sums", order)
        if sums and sums["difference_fen"] != sums["bank_breaks_fen"] - sums["book_breaks_fen"]:
            self.world.fail("reconciliation", what=sums)

    def apart_fen(self, bank: Bank) -> int:
        """Give by how much the bank's own books are above ours, by what was planted."""
        signs = {"not_entered": 1, "phantom": -1, "bank_fee": 1}
        return sum(
            signs[f.kind] * f.said["fen"]
            for f in self.world.faults
            if f.bank == bank.n and f.kind in signs and not f.said.get("booked")
        )

    def _breaks(self, bank: Bank) -> list[dict[str, Any]]:
        return self.world.do("breaks", {"do": "breaks", **bank.people}) or []

    def _causes(self, bank: Bank, about: dict[str, Any]) -> list[Fault]:
        return [
            fault
            for fault in self.world.faults
            if fault.bank == bank.n and fault.names & set(about["names"])
        ]

    # What is done about each kind of cause

    def _late_line(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """Wait: the next statement has it."""

    def _phantom(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """Wait: whoever entered it takes it back."""

    def _bank_fee(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """Book it, where somebody got round to it this month."""
        if self.world.chance("breaks").random() < 0.7:
            order = {"do": "charge", "break": found[0]["id"], **bank.people}
            if self.world.do("book a fee", order) is not None:
                bank.charges_fen -= fault.said["fen"]
                fault.is_over = fault.said["booked"] = True

    def _stray(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """What was booked by mistake and taken back is matched with itself."""
        self._by_hand(bank, fault, found, "booked by mistake and taken back")

    def _wrong_amount(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """A line and its correction are matched together with what was booked."""
        self._by_hand(bank, fault, found, "told wrongly and corrected")

    def _by_hand(self, bank: Bank, fault: Fault, found: list[dict[str, Any]], words: str) -> None:
        lines = [each for each in found if each["side"] == "bank"]
        moved = [each for each in found if each["side"] == "book"]
        if len(lines) < 2 or sum(e["fen"] for e in lines) != sum(e["fen"] for e in moved):
            return  # the correction comes with the next statement
        order = {
            "do": "match", "break": lines[0]["id"], "lines": [each["line"] for each in lines],
            "places": [each["place"] for each in moved], "words": words,
            "code": bank.said["account"]["code"], **bank.people,
        }  # fmt: skip
        if self.world.chance("breaks").random() < 0.3:
            alone = {**order, "do": "alone"}
            self.world.do("confirm alone", alone, expect=["break.four_eyes"])
        if self.world.do("match by hand", order) is not None:
            fault.is_over = True

    def _not_entered(self, bank: Bank, fault: Fault, found: list[dict[str, Any]]) -> None:
        """Take the receipt in as what it was paid for, if the loan still owes as much."""
        life = next(e for e in self.world.loans if e.name == fault.said["loan"])
        (about,) = found
        for way in ("due", "lower"):
            order = {
                "do": "allocate", "loan": life.name, "agreement": life.agreement, "way": way,
                "break": about["id"], **bank.people,
            }  # fmt: skip
            done = self.world.do("allocate", order, expect=REFUSED_PAYMENTS, may=True)
            if done is not None:
                deed = Deed(done["kind"], done["on"], about["fen"], about["names"][0], done["key"])
                life.book.deeds[done["n"]] = deed
                fault.is_over = fault.said["booked"] = True
                return
