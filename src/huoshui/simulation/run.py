"""A region lives for months by a seed, and everything that must hold is checked after each.

One process does what people do, one is the bank, one looks over the books in the jobs role; end of
day is the real command.  With `kill` they are killed and told again, by chance of its own: the
story of a seed is the same.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from huoshui.kernel.period import add_months
from huoshui.kernel.step import Tick, unwatched
from huoshui.simulation.limits import Limits
from huoshui.simulation.month_end import MonthEnd
from huoshui.simulation.process import Helper
from huoshui.simulation.rates import Moves
from huoshui.simulation.region import DAY, rates_move, region_copy, region_make
from huoshui.simulation.story import Story
from huoshui.simulation.world import Bank, World
from huoshui.web.project import database
from huoshui.web.project.day_ended import day_end
from huoshui.web.project.supervisor import Serving, environment

WORKER, BANK = "huoshui.simulation.worker", "huoshui.simulation.bank"
BANKS = 2
DAYS = 2
"""So many days a month people are at work, and the last one; nights are booked for each."""

COMMAND_MONTHS = 3
"""Of so many months one is ended by the command in processes of its own; others by what it runs."""

RESET_MONTHS = 12
"""No rate is reset earlier: only whoever lives longer sees the prime rate move."""

CHANGES = ("cut_rate", "rate_reset", "extend")
"""Deeds after which a loan's rate is no longer what its reference says."""

LIMIT_MONTHS = 6
"""In one of so many months firms are granted limits, about one for twenty loans."""

MARKS = 4
"""So many earlier month ends are looked at anew after each month."""


def simulate(
    *,
    seed: int,
    months: int,
    packs: tuple[Path, ...],
    kill: bool = False,
    firms: int = 200,
    loans: int = 40,
    region: Path | None = None,
    tick: Tick = unwatched,
) -> dict[str, Any]:
    """Live on a database made for it and thrown away; tell what was done and what failed."""
    started = time.perf_counter()
    with database.throwaway("huoshui-simulation-") as (home, started_db):
        if region is None:
            region_make(home, packs, firms=firms, tick=tick)
        else:
            region_copy(region, home)
        db = started_db()
        database.migrate(db, tick=tick)
        moves: Moves = {}
        if months > RESET_MONTHS:
            packs, moves = rates_move(packs, home)
        lived = _Lived(World(seed, kill=kill), db, Serving(home, packs, day=DAY), moves)
        lived.live(months, loans, tick)
    return {**lived.told(months), "seconds": round(time.perf_counter() - started, 1)}


class _Lived:
    """The months as they go by."""

    def __init__(self, world: World, db: database.Database, serving: Serving, moves: Moves) -> None:
        self.world, self.db, self.serving, self.moves = world, db, serving, moves
        self.story, self.month_end = Story(world), MonthEnd(world)
        self.limits = Limits(self.story)
        self.checks: Counter[str] = Counter()
        self.marks: list[dict[str, Any]] = []
        self.days = self.nights = self.granting = self.resets = 0
        self.books = ""
        self.keeper = self._helper(WORKER, "jobs", "keeper")
        world.officers = self._helper(WORKER, "web", "officers")
        world.bank = self._helper(BANK, "web", "bank", str(world.seed))

    def _helper(self, module: str, role: database.Role, name: str, *words: str) -> Helper:
        log = self.serving.home / f"{name}.log"
        return Helper(module, environment(self.db, self.serving, role), log, words)

    def live(self, months: int, loans: int, tick: Tick) -> None:
        """Let months go by, one after another."""
        helpers = (self.keeper, self.world.officers, self.world.bank)
        try:
            self._settle(loans)
            each = max(1, -(-loans // max(1, months * 2 // 3)))
            for month in range(1, months + 1):
                tick("months", month - 1, months)
                self.world.month = month
                is_young = sum(not each.line for each in self.world.loans) < loans
                if month % LIMIT_MONTHS == 1:
                    self.granting = max(1, loans // 20)
                self._month(month, each if is_young else 0, is_last=month == months)
            tick("months", months, months)
        finally:
            for helper in helpers:
                helper.stop()

    def _settle(self, loans: int) -> None:
        world = self.world
        world.today = DAY
        banks = BANKS + bool(self.moves)  # one more, whose loans float
        order = {"do": "settle", "seed": world.seed, "banks": banks, "firms": 2 * loans + 10,
                 "floats": bool(self.moves)}  # fmt: skip
        told = self._kept(order)
        world.firms = told["firms"]
        for n, said in enumerate(told["banks"]):
            bank = Bank(n, said, world.chance("settling").randint(1, 9) * 10**11)
            world.banks.append(bank)
            opened = {"do": "open", "account": bank.account, "fen": bank.opening_fen}
            world.bank.ask(opened)

    def _kept(self, order: dict[str, Any]) -> dict[str, Any]:
        answer = self.keeper.ask({"today": str(self.world.today), "second": 0, **order})
        if "ok" not in answer:
            raise RuntimeError(answer.get("error") or answer.get("said"))
        found: dict[str, Any] = answer["ok"]
        return found

    def _month(self, month: int, applying: int, *, is_last: bool) -> None:
        world, chance = self.world, self.world.chance("months")
        first, last = add_months(DAY, month - 1), add_months(DAY, month)
        chosen = sorted(chance.sample(range(1, (last - first).days), DAYS))
        for day in (first + dt.timedelta(n) for n in chosen):
            if chance.random() < 0.2:  # else people are at work before last night is booked
                self._end_of_day(day - dt.timedelta(1))
            self._day(day, applying)
            if chance.random() < 0.5:  # else the nights are booked late, each by itself
                self._end_of_day(day)
        self._day(last, 0)
        self._end_of_day(last, by_command=month % COMMAND_MONTHS == 1 or is_last)
        self.story.look()
        for bank in world.banks:
            self.month_end.statements(bank, moods=not is_last or month == 1)
            self.month_end.work(bank)
            self.month_end.check(bank)
        self._check(last)

    def _day(self, day: dt.date, applying: int) -> None:
        self.days += 1
        self.world.today, self.world.second = day, 0
        self.story.applications(applying)
        for _ in range(self.granting):
            self.limits.grant()
        self.granting = 0
        self.story.look()
        self.limits.look()
        self.limits.day()
        self.story.day()

    def _end_of_day(self, day: dt.date, *, by_command: bool = False) -> None:
        """Book the nights to a day, by the command or by what it runs; it may be killed."""
        home, packs = self.serving.home, self.serving.packs
        chance = self.world.chance("killing nights")
        if self.world.kill and (by_command or chance.random() < 0.3):
            for _ in range(chance.randint(1, 2)):
                self.world.kills["end of day"] += 1
                _killed(home, packs, day, chance)
            by_command = True
        if by_command:
            ended = day_end(home, packs, asof=day, workers=1)
            nights, held = ended.nights, ended.held
        else:
            booked = self._kept({"do": "nights", "asof": str(day)})
            nights, held = booked["nights"], booked["held"]
        self.nights += nights
        for each in held:
            self.world.fail("held_back", what=each)

    def _check(self, last: dt.date) -> None:
        """Look everything over; what is known now is asked again in later months."""
        world, chance = self.world, self.world.chance("checks")
        days = sorted(chance.sample(range((last - DAY).days + 1), 3))
        banks = []
        for bank in world.banks:
            sent = sum(e.book.cash_fen for e in world.loans if e.bank is bank) - bank.charges_fen
            there = world.bank.ask({"do": "balance", "account": bank.account})["fen"]
            banks.append({
                "name": bank.n, "institution": bank.said["institution"],
                "code": bank.said["account"]["code"], "sent_fen": sent,
                "moved_fen": there - bank.opening_fen,
                "apart_fen": self.month_end.apart_fen(bank),
            })  # fmt: skip
        order = {
            "do": "check", "days": [*(str(DAY + dt.timedelta(n)) for n in days), str(last)],
            "loans": {life.name: life.agreement for life in world.loans},
            "books": {life.name: life.book.to_dict() for life in world.loans},
            "lines": self.limits.told(),
            "rates": self.moves, "floating": self._floating(),
            "banks": banks, "marks": chance.sample(self.marks, min(MARKS, len(self.marks))),
        }  # fmt: skip
        found = self._kept(order)
        for name, failed in found["failed"].items():
            self.checks[name] += 1
            for each in failed:
                world.fail(name, what=each)
        self.books, self.resets = found["books"], found["resets"]
        self.marks.append({"batch": found["batch"], "day": str(last), "last": found["last"]})

    def _floating(self) -> dict[str, Any]:
        """Give what the rates of floating loans are held to: what was agreed, and since when."""
        found = {}
        for life in self.world.loans:
            stands = life.book.standing().values()
            drawn = next((deed for deed in stands if deed.kind == "draw"), None)
            reference = life.offering["reference"]
            if reference in self.moves and drawn is not None:
                found[life.name] = {
                    "reference": reference, "rate_bp": life.rate_bp,
                    "signed_on": life.signed_on, "drawn_on": drawn.on,
                    "is_changed": any(deed.kind in CHANGES for deed in stands),
                }  # fmt: skip
        return found

    def told(self, months: int) -> dict[str, Any]:
        """Tell of it as JSON can hold it."""
        world = self.world
        planted = Counter(fault.kind for fault in world.faults)
        return {
            "seed": world.seed, "months": months, "days": self.days, "nights": self.nights,
            "loans": len(world.loans), "limits": len(world.lines),
            "resets": self.resets, "story": world.story, "books": self.books,
            "actions": dict(sorted(world.actions.items())),
            "refusals": dict(sorted(world.refusals.items())),
            "planted": dict(sorted(planted.items())), "killed": dict(world.kills),
            "checks": sum(self.checks.values()), "checks_by_name": dict(self.checks),
            "checks_failed": world.failed, "failures": world.failures,
        }  # fmt: skip


def _killed(home: Path, packs: tuple[Path, ...], day: dt.date, chance: random.Random) -> None:
    """Give the command, and end it as a power cut would, some time later."""
    command = [sys.executable, "-m", "huoshui.cli.main", "eod", "--asof", str(day), "--json"]
    command += ["--home", os.fspath(home)]
    for pack in packs:
        command += ["--packs", os.fspath(pack)]
    running = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        running.wait(0.8 + chance.random() * 3)
    except subprocess.TimeoutExpired:
        pass  # still at work: it is killed in the middle of it
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
