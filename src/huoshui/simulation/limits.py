"""How limits live: granted, drawn by several loans, repaid, frozen, lowered, restored, ended.

Each draw is a loan like any other from then on.  What a limit is, whether it is frozen and when it
ends is known here from what was sent, so that the books of the bank can be held to it.
"""

from __future__ import annotations

from typing import Any

from huoshui.kernel.period import add_months
from huoshui.simulation.books import Deed
from huoshui.simulation.story import WAN, Story
from huoshui.simulation.world import Life, Line

TEMPERS = ("prompt", "prompt", "early", "early", "late", "partial", "bad")
NO = "facility."
"""The family of refusals of what may not happen to a limit."""

LEAST_FEN = WAN // 10
"""Nobody draws less."""


class Limits:
    """The limits that banks of the region granted to firms."""

    def __init__(self, story: Story) -> None:
        self.story, self.world = story, story.world

    def grant(self) -> None:
        """Let a firm apply for a limit, where a bank offers one and a firm is free."""
        world, chance = self.world, self.world.chance("limits granted")
        lenders = [bank for bank in world.banks if bank.said["limits"]]
        free = [n for n in range(len(world.firms)) if n not in world.firms_used]
        if not lenders or not free:
            return
        bank = chance.choice(lenders)
        offering = chance.choice(bank.said["limits"])
        ruled = [n for n in offering["approved"] if n in free]
        firm = chance.choice(ruled or free)
        amount_fen, months = chance.randint(5, 20) * WAN, chance.choice((6, 12))
        name = f"F{len(world.lines) + 1}"
        made = self.story.ask_for(name, bank, firm, offering, amount_fen, months)
        if made is None:
            return
        line = Line(name, bank, firm, offering, made["agreement"], made["ref"], made["conditions"],
                    made["amount_fen"], add_months(world.today, made["months"]))  # fmt: skip
        line.limits.append((str(world.today), line.agreed_fen))
        world.lines.append(line)

    def day(self) -> None:
        """Let each limit live a day."""
        for line in self.world.lines:
            if line.stage == "agreed":
                self._open(line)
            elif line.stage == "ready":
                self._lives(line)

    def look(self) -> None:
        """See how the limits stand today."""
        for bank in self.world.banks:
            mine = {e.name: e.agreement for e in self.world.lines if e.bank is bank}
            if mine:
                order = {"do": "look at limits", "limits": mine, **bank.people}
                found = self.world.do("look at limits", order) or {}
                for line in self.world.lines:
                    line.seen = found.get(line.name, line.seen)

    def _open(self, line: Line) -> None:
        """Have the conditions confirmed; some draw before that."""
        chance = self.world.chance("limits")
        if line.conditions and chance.random() < 0.5:
            self._draw(line, LEAST_FEN, f"{NO}conditions_open")
        self.story.confirm(line)
        line.stage = "ready"

    def _lives(self, line: Line) -> None:
        chance, today = self.world.chance("limits"), self.world.today
        may = chance.random()
        if may < 0.6:
            self._drawn(line)
        elif today > line.until or line.is_cancelled:
            self._change(line, "frozen", {"why": "late"}, f"{NO}not_granted")
        elif may < 0.72:
            self._frozen(line)
        elif may < 0.9:
            self._set(line)
        elif may < 0.91:
            over = {"why": "the firm wants it no more"}
            line.is_cancelled = self._change(line, "cancelled", over)
            if line.is_cancelled:
                line.limits.append((str(today), 0))

    def _drawn(self, line: Line) -> None:
        """Draw, by what is still undrawn; more than that is refused, and so is too late."""
        chance, seen, today = self.world.chance("limits"), line.seen, self.world.today
        left = seen.get("undrawn_fen", 0)
        if today == line.until or not seen:
            return  # a draw needs a day to run
        if no := self._why_not(line):
            self._draw(line, LEAST_FEN, no)
            return
        if chance.random() < 0.4:
            self._draw(line, left + 1, f"{NO}above_available")
        if left >= LEAST_FEN and chance.random() < 0.7:
            self._draw(line, left // chance.choice((1, 2, 2, 3)))

    def _why_not(self, line: Line) -> str:
        seen = line.seen
        if self.world.today > line.until or line.is_cancelled:
            return f"{NO}not_granted"
        if line.is_frozen:
            return f"{NO}frozen"
        if seen["lost_fen"]:
            return f"{NO}something_lost"
        return f"{NO}something_late" if seen["overdue_days"] else ""

    def _draw(self, line: Line, fen: int, no: str = "") -> None:
        world, key = self.world, self.world.key()
        on = str(world.today)
        order = {
            "do": "draw under", "loan": line.name, "agreement": line.agreement, "key": key,
            "on": on, "body": {"amount_fen": fen}, "by": line.bank.said["officer"],
        }  # fmt: skip
        done: dict[str, Any] | None = world.do(
            "draw under a limit", order, expect=[no] if no else []
        )
        if done is None:
            return
        line.draws += 1
        chance = world.chance("limits")
        life = Life(f"{line.name}.{line.draws}", line.bank, line.firm, line.offering,
                    chance.choice(TEMPERS), fen, done["months"], done["agreement"], done["ref"],
                    stage="drawn", line=line.name)  # fmt: skip
        life.book.deeds[done["n"]] = Deed("draw", on, fen, key=key)
        if life.temper == "bad":
            life.bad_after = str(add_months(world.today, chance.randint(2, 8)))
        world.loans.append(life)
        self.story.pay_out(life, done["n"], fen)

    def _frozen(self, line: Line) -> None:
        if line.is_frozen:
            self._change(line, "frozen", {"why": "again"}, f"{NO}no_change")
            line.is_frozen = not self._change(line, "released", {})
        else:
            line.is_frozen = self._change(line, "frozen", {"why": "the firm is looked into"})

    def _set(self, line: Line) -> None:
        """Lower the limit or restore it; one above what was agreed is refused."""
        now = line.limits[-1][1]
        above, lower = line.agreed_fen + 1, line.agreed_fen * 3 // 5
        self._change(line, "limit_set", {"limit_fen": above}, f"{NO}above_agreed")
        wanted = lower if now == line.agreed_fen else line.agreed_fen
        if self._change(line, "limit_set", {"limit_fen": wanted}):
            line.limits.append((str(self.world.today), wanted))

    def _change(self, line: Line, kind: str, body: dict[str, Any], no: str = "") -> bool:
        order = {
            "do": "change limit", "loan": line.name, "agreement": line.agreement, "kind": kind,
            "body": body, "on": str(self.world.today), "key": self.world.key(),
            "by": line.bank.said["approver"],
        }  # fmt: skip
        done = self.world.do(f"limit {kind}", order, expect=[no] if no else [])
        return done is not None

    def told(self) -> dict[str, Any]:
        """Give what the books of the limits are held to."""
        return {
            line.name: {
                "agreement": line.agreement, "ref": line.ref, "agreed_fen": line.agreed_fen,
                "limits": line.limits, "until": str(line.until),
                "loans": [life.name for life in self.world.loans if life.line == line.name],
                "taken_back_fen": sum(
                    life.book.reversed_fen for life in self.world.loans if life.line == line.name
                ),
            }
            for line in self.world.lines
        }  # fmt: skip
