"""`python -m huoshui.simulation.bank PARENT SEED`: a bank with books and moods of its own.

It holds accounts, carries out payment messages, and writes a statement a month.  It has nothing of
the platform but what goes through its input: whatever it says on its statements it says of its own
books.  Its moods are faults that real banks show; each is told to whoever asks for the statement,
so that what the platform makes of it can be held against what was done.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from huoshui.simulation.statements import Sheet, Told, camt, sheet_csv
from huoshui.web.project.lifeline import end_with_parent

REJECTED, LATE, FEE, STRAY, WRONG = 0.06, 0.30, 0.30, 0.20, 0.25
"""How often a payment is rejected, and how often a month has each fault of a line."""

FILE_FAULTS = ("", "", "gap", "duplicate_line", "sent_twice", "bad_sum", "broken", "currency")
"""What may be wrong with a month's file before the good one comes."""


@dataclass
class Account:
    """An account as the bank keeps it."""

    number: str
    opening_fen: int
    told_fen: int = 0  # where its last statement closed
    statements: int = 0
    moves: list[Told] = field(default_factory=list)  # not on a statement yet
    settled: dict[str, int] = field(default_factory=dict)  # what moved, by the bank's number
    next: int = 1


class Bank:
    """All that the bank does, by the word for it."""

    def __init__(self, seed: str) -> None:
        self.chance = random.Random(f"{seed} bank")
        self.accounts: dict[str, Account] = {}

    def open(self, order: dict[str, Any]) -> dict[str, Any]:
        """Open an account with what is on it."""
        number, fen = order["account"], order["fen"]
        self.accounts[number] = Account(number, fen, told_fen=fen)
        return {}

    def receive(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take in what somebody pays, and give the number of the receipt."""
        said = {"text": "repayment", "reference": order.get("reference", "")}
        return {"ref": self._move(order["account"], order["fen"], order["on"], **said)}

    def pay(self, order: dict[str, Any]) -> dict[str, Any]:
        """Pay out over the counter, with what the payer calls it."""
        reference = order.get("reference", "")
        return {
            "ref": self._move(order["account"], -order["fen"], order["on"], reference=reference)
        }

    def bounce(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take back a receipt that turned out not to be covered."""
        fen = self.accounts[order["account"]].settled[order["ref"]]
        back = self._move(
            order["account"], -fen, order["on"], reference=order["ref"], text="returned"
        )
        return {"ref": back}

    def message(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out a payment message (pain.001), or reject it."""
        tree = ElementTree.fromstring(base64.b64decode(order["message"]))
        said = {node.tag.rpartition("}")[2]: (node.text or "") for node in tree.iter()}
        if self.chance.random() < REJECTED:
            return {"state": "rejected", "why": "the payee's account is closed"}
        yuan, _, cents = said["InstdAmt"].partition(".")
        fen = int(yuan) * 100 + int(cents)
        ref = self._move(order["account"], -fen, order["on"], end_to_end=said["EndToEndId"])
        return {"state": "accepted", "ref": ref}

    def balance(self, order: dict[str, Any]) -> dict[str, Any]:
        """Tell what is on an account, whatever its statements said so far."""
        held = self.accounts[order["account"]]
        return {"fen": held.opening_fen + sum(held.settled.values())}

    def statement(self, order: dict[str, Any]) -> dict[str, Any]:
        """Write the files of a month in the order in which they come, and tell what is planted."""
        held, until = self.accounts[order["account"]], order["until"]
        planted: list[dict[str, Any]] = []
        if order["moods"]:
            self._lines_spoil(held, until, set(order["spare"]), planted)
        due = sorted((m for m in held.moves if m.booked_on <= until), key=_place)
        held.moves = [m for m in held.moves if m.booked_on > until]
        fault = self.chance.choice(FILE_FAULTS) if order["moods"] else ""
        files = self._files(held, until, due, fault)
        return {"files": files, "planted": planted, "fault": files[0]["fault"]}

    def _move(self, account: str, fen: int, on: str, **said: str) -> str:
        held = self.accounts[account]
        ref, held.next = f"B{account[-4:]}{held.next:06d}", held.next + 1
        held.moves.append(Told(ref, fen, on, on, **said))
        held.settled[ref] = fen
        return ref

    def _lines_spoil(
        self, held: Account, until: str, spare: set[str], planted: list[dict[str, Any]]
    ) -> None:
        """Keep a line back, tell one wrongly, take a fee, or book what belongs to another."""
        told = [m for m in held.moves if m.booked_on <= until]
        alike = Counter((m.fen, m.value_on) for m in told)  # what is alike is not told apart later
        due = [
            m
            for m in told
            if alike[m.fen, m.value_on] == 1
            and not m.text.startswith("our")
            and not spare & set(_names(m))
        ]
        self.chance.shuffle(due)
        if due and self.chance.random() < LATE:
            line = due.pop()
            self._instead(held, line, dataclasses.replace(line, booked_on=_after(until, 2)))
            planted.append({"kind": "late_line", "names": _names(line)})
            due = [m for m in due if not set(_names(m)) & set(_names(line))]
        if due and self.chance.random() < WRONG:
            line, off = due.pop(), self.chance.choice((-900, -1, 1, 10_000))
            if line.fen + off != 0 and (line.fen + off > 0) == (line.fen > 0):
                self._instead(held, line, dataclasses.replace(line, fen=line.fen + off))
                mended = self._move(held.number, -off, _after(until, 3), text="our correction")
                # Only the statement told it otherwise: the bank's own books need no correction.
                held.settled[mended] = 0
                planted.append({"kind": "wrong_amount", "names": [*_names(line), mended]})
        if self.chance.random() < FEE:
            ref = self._move(held.number, -self.chance.choice((500, 1_200, 3_000)), until,
                             text="our fee")  # fmt: skip
            planted.append({"kind": "bank_fee", "names": [ref], "fen": held.settled[ref]})
        if self.chance.random() < STRAY:
            fen = self.chance.choice((77_700, 123_456))
            ref = self._move(held.number, fen, until, text="our mistake")
            back = self._move(held.number, -fen, _after(until, 4), text="our mistake, back")
            planted.append({"kind": "stray", "names": [ref, back]})

    def _instead(self, held: Account, line: Told, other: Told) -> None:
        held.moves[held.moves.index(line)] = other

    def _files(
        self, held: Account, until: str, due: list[Told], fault: str
    ) -> list[dict[str, Any]]:
        cut = self.chance.randrange(1, len(due)) if len(due) > 1 else 0
        is_followed = held.statements > 0  # an account's first statement follows nothing
        if fault == "gap" and cut and is_followed and sum(line.fen for line in due[:cut]):
            first = self._sheet(held, due[cut - 1].booked_on, due[:cut])
            second = self._sheet(held, until, due[cut:])
            return [self._file(second, "gap"), self._file(first), self._file(second)]
        good = self._sheet(held, until, due)
        if not due or fault in ("", "gap"):
            return [self._file(good)]
        if fault == "sent_twice":
            file = self._file(good)
            return [file, {**file, "fault": "taken_already"}]
        if fault == "broken":
            whole = camt(good)
            body = whole[: self.chance.randrange(60, len(whole) - 20)]
            spoilt = {"body": base64.b64encode(body).decode(), "fault": "broken", "as": "xml"}
            return [spoilt, self._file(good)]
        if fault == "duplicate_line":
            bad = dataclasses.replace(good, lines=[*good.lines, self.chance.choice(due)])
        elif fault == "currency":
            line = dataclasses.replace(good.lines[0], currency="USD")
            bad = dataclasses.replace(good, lines=[line, *good.lines[1:]])
        else:
            bad = dataclasses.replace(good, closing_off_fen=100)
        spoilt = self._file(bad, fault)
        if fault == "bad_sum" and spoilt["as"] == "csv":
            spoilt["fault"] = "bad_balance" if len(due) > 1 else ""
        return [spoilt, self._file(good)] if spoilt["fault"] else [self._file(good)]

    def _sheet(self, held: Account, until: str, lines: list[Told]) -> Sheet:
        held.statements += 1
        made = Sheet(f"S{held.number[-4:]}-{held.statements}", held.number, until,
                     held.told_fen, lines)  # fmt: skip
        held.told_fen = made.closing_fen
        return made

    def _file(self, sheet: Sheet, fault: str = "") -> dict[str, Any]:
        # CSV tells of no day after its last line.
        is_whole = bool(sheet.lines) and sheet.lines[-1].booked_on == sheet.until
        form = self.chance.choice(("xml", "csv")) if is_whole else "xml"
        body = camt(sheet) if form == "xml" else sheet_csv(
            sheet, encoding=self.chance.choice(("utf-8", "gb18030"))
        )  # fmt: skip
        return {"body": base64.b64encode(body).decode(), "fault": fault, "as": form}


def _names(line: Told) -> list[str]:
    return [name for name in (line.ref, line.end_to_end, line.reference) if name]


def _place(line: Told) -> tuple[str, str]:
    return line.booked_on, line.ref


def _after(day: str, days: int) -> str:
    return str(dt.date.fromisoformat(day) + dt.timedelta(days))


def main() -> None:
    """Answer each line of the input until there are no more."""
    end_with_parent(int(sys.argv[1]))
    bank = Bank(sys.argv[2])
    does: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "open": bank.open, "receive": bank.receive, "pay": bank.pay, "bounce": bank.bounce,
        "message": bank.message, "balance": bank.balance, "statement": bank.statement,
    }  # fmt: skip
    for line in sys.stdin:
        order = json.loads(line)
        sys.stdout.write(json.dumps(does[order["do"]](order)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
