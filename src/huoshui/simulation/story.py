"""How loans live: each borrower has a temper, each day some of what may happen happens.

What is sent is chosen from how the loan stands today, so that it is known beforehand what must be
taken and what must be refused, and why.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from huoshui.kernel.period import add_months
from huoshui.simulation.books import Deed, Fault
from huoshui.simulation.world import Bank, Life, Line, World

WAN = 1_000_000
TEMPERS = ("prompt", "prompt", "late", "partial", "early", "bad", "bad", "relief", "renewer")
ASSETS = (("patent", "cnipa"), ("trademark", "cnipa"))
"""Assets that a loan may be secured by, with the office that enters them."""

NO = "loan_event."
"""The family of refusals of what may not happen to a loan."""


class Story:
    """The people of the region, day after day."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Applications and draws

    def applications(self, wanted: int) -> None:
        """Let firms apply for loans."""
        world, chance = self.world, self.world.chance("applications")
        for _ in range(wanted):
            known = [(b, each) for b in world.banks for each in b.said["offerings"]]
            floating = [each for each in known if each[1]["reference"] is not None]
            if floating and not world.loans:  # early enough to live until its first reset
                bank, offering = chance.choice(floating)
            else:
                bank = chance.choice([each for each in world.banks if each.said["offerings"]])
                offering = chance.choice(bank.said["offerings"])
            free = [n for n in range(len(world.firms)) if n not in world.firms_used]
            if not free:
                return
            ruled = [n for n in offering["approved"] if n in free]
            firm = chance.choice(ruled or free)
            amount_fen = chance.randint(5, 20) * WAN if ruled else chance.randint(5, 300) * WAN
            months = chance.choice((6, 12)) if ruled else chance.choice((3, 6, 9, 12, 18))
            months = months if offering["reference"] is None else chance.choice((24, 36))
            self.apply(bank, firm, offering, chance.choice(TEMPERS), amount_fen, months)

    def apply(
        self, bank: Bank, firm: int, offering: dict[str, Any], temper: str, amount_fen: int,
        months: int,
    ) -> Life | None:  # fmt: skip
        """Take an application to its agreement."""
        world = self.world
        life = Life(f"L{len(world.loans) + 1}", bank, firm, offering, temper, amount_fen, months)
        made = self.ask_for(life.name, bank, firm, offering, amount_fen, months)
        if made is None:
            return None
        life.agreement, life.ref, life.conditions = (
            made["agreement"],
            made["ref"],
            made["conditions"],
        )
        life.amount_fen, life.months = made["amount_fen"], made["months"]
        life.rate_bp, life.signed_on = made["rate_bp"], str(world.today)
        if temper == "bad":
            days = world.chance("applications").randint(20, 200)
            life.bad_after = str(world.today + dt.timedelta(days))
        world.loans.append(life)
        return life

    def ask_for(
        self, name: str, bank: Bank, firm: int, offering: dict[str, Any], amount_fen: int,
        months: int,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Let a firm apply for a loan or a limit, and bring it to its agreement."""
        world = self.world
        order = {
            "do": "apply", "loan": name, "key": f"sim-{name}", **bank.people,
            "owner": world.firms[firm]["owner"], "offering": offering["offering"],
            "amount_fen": amount_fen, "months": months, "purpose": offering["purpose"],
            "eyes": world.chance("applications").choice((1, 2)),
        }  # fmt: skip
        made: dict[str, Any] | None = world.do("apply", order)
        if made is not None:
            world.actions[f"approved: {made['by']}"] += 1
        return made

    def forward(self, life: Life) -> None:
        """Bring an agreement nearer to its draw; some draw too early."""
        chance = self.world.chance("draws")
        if life.stage == "agreed":
            if life.conditions and chance.random() < 0.5:
                self.event(life, "draw", self._drawn(life, life.amount_fen),
                           expect=[f"{NO}conditions_open"])  # fmt: skip
            if chance.random() < 0.3:
                self._secure(life, *chance.choice(ASSETS))
            self.confirm(life)
        elif life.stage == "ready":
            self._draw(life, chance.choice((1, 1, 1, 2)))

    def confirm(self, about: Life | Line) -> None:
        """Confirm the conditions before a draw."""
        order = {"do": "conditions", "loan": about.name, "agreement": about.agreement,
                 "codes": about.conditions, **about.bank.people}  # fmt: skip
        self.world.do("conditions", order)
        about.stage = "ready"

    def _secure(self, life: Life, asset: str, office: str) -> None:
        """Give security, and have it registered only later."""
        life.secured = asset
        given = {"value_fen": life.amount_fen * 2, "secures_fen": life.amount_fen}
        self._security(life, "security_given", given)
        other = {"register": f"not {office}", "proof": "1"}
        self._security(life, "security_registered", other, expect=["security.other_register"])
        life.done.add(f"register at {office}")

    def _security(
        self, life: Life, kind: str, body: dict[str, Any], expect: list[str] | None = None
    ) -> None:
        key = self.world.key()
        order = {
            "do": "secure", "loan": life.name, "agreement": life.agreement, "kind": kind,
            "asset": life.secured, "asset_ref": f"Z-{life.name}", "body": body, "key": key,
            "on": str(self.world.today), "by": life.bank.said["officer"],
        }  # fmt: skip
        done = self.world.do(kind, order, expect=expect or ())
        if done is not None:
            life.book.deeds[done["n"]] = Deed(kind, str(self.world.today), key=key)

    def _drawn(self, life: Life, fen: int) -> dict[str, Any]:
        """Say what is drawn; a loan repaid by steps has a plan of them."""
        if life.offering["method"] != "stepped":
            return {"amount_fen": fen}
        days = [add_months(self.world.today, n) for n in range(1, life.months + 1)][::-2][::-1]
        parts = [fen // len(days)] * (len(days) - 1)
        plan = [
            [str(day), each] for day, each in zip(days, [*parts, fen - sum(parts)], strict=True)
        ]
        return {"amount_fen": fen, "plan": plan}

    def _draw(self, life: Life, part: int) -> None:
        if office := next((e for e in life.done if e.startswith("register at ")), None):
            self.event(life, "draw", self._drawn(life, life.amount_fen),
                       expect=["security.not_registered"])  # fmt: skip
            entered = {"register": office.removeprefix("register at "), "proof": f"Y{life.name}"}
            self._security(life, "security_registered", entered)
            life.done.remove(office)
        above = self._drawn(life, life.amount_fen + 1)
        if self.world.chance("draws").random() < 0.3:
            self.event(life, "draw", above, expect=[f"{NO}above_agreed"])
        done = self.event(life, "draw", self._drawn(life, life.amount_fen // part))
        if done is None:
            return
        life.stage = "drawn"
        self.pay_out(life, done["n"], life.amount_fen // part)

    # Events

    def event(
        self, life: Life, kind: str, body: dict[str, Any], *, on: str = "", by: str = "",
        expect: list[str] | None = None, may: bool = False, key: str = "", what: str = "",
    ) -> dict[str, Any] | None:  # fmt: skip
        """Send an event of a loan; what is taken goes into our own books."""
        world = self.world
        key = key or world.key()
        on = on or str(world.today)
        who = by or ("officer" if kind in _SERVICES else "approver")
        order = {
            "do": "event", "loan": life.name, "agreement": life.agreement, "kind": kind,
            "body": body, "on": on, "key": key, "by": life.bank.said[who],
        }  # fmt: skip
        done: dict[str, Any] | None = world.do(what or kind, order, expect=expect or (), may=may)
        if done is not None:
            deed = Deed(done["kind"], on, int(body.get("amount_fen", 0)), body.get("receipt", ""),
                        key, body.get("event") if kind == "reverse" else None)  # fmt: skip
            life.book.deeds[done["n"]] = deed
        return done

    def pay_out(self, life: Life, n: int, fen: int) -> None:
        """Have the bank pay what was booked; one that it rejects is asked for once more."""
        world = self.world
        for _ in range(5):
            order = {
                "do": "instruct", "loan": life.name, "agreement": life.agreement, "event": n,
                "account": life.bank.said["account"]["id"], "payee": f"6222000{life.firm:08d}",
                "key": world.key(), **life.bank.people,
            }  # fmt: skip
            asked = world.do("instruct", order)
            if asked is None:
                return
            sent = {"do": "message", "account": life.bank.account, "on": str(world.today)}
            told = world.bank.ask({**sent, "message": asked["message"]})
            answer = {"do": "answered", "id": asked["id"], "state": told["state"],
                      "why": told.get("why", ""), **life.bank.people}  # fmt: skip
            world.do(f"bank {told['state']}", answer)
            if told["state"] == "accepted":
                return
        world.fail("payment", what=f"the bank rejected {fen} fen of {life.name} five times")

    def take(self, life: Life, kind: str, fen: int, on: str, **said: Any) -> None:
        """Let money come in at the bank and enter it."""
        receipt = self.arrive(life, fen, on)
        self.event(life, kind, {"amount_fen": fen, "receipt": receipt, **said}, on=on)

    def arrive(self, life: Life, fen: int, on: str) -> str:
        """Let money come in at the bank; give the number of the receipt."""
        order = {"do": "receive", "account": life.bank.account, "fen": fen, "on": on}
        return str(self.world.bank.ask(order)["ref"])

    # Days

    def look(self) -> None:
        """See how all loans stand today."""
        for bank in self.world.banks:
            mine = {e.name: e.agreement for e in self.world.loans if e.bank is bank}
            order = {"do": "look", "loans": mine, **bank.people}
            found = self.world.do("look", order) or {}
            for life in self.world.loans:
                if life.name in found:
                    life.seen = found[life.name]
                    if life.seen["standing"] == "closed" and life.stage == "drawn":
                        life.stage = "over"

    def day(self) -> None:
        """Let each loan live a day."""
        for life in list(self.world.loans):
            if life.stage in ("agreed", "ready"):
                self.forward(life)
            elif life.stage == "drawn" and life.seen.get("standing") not in (None, "waiting"):
                self._lives(life)

    def _lives(self, life: Life) -> None:
        chance, seen = self.world.chance("days"), life.seen
        self.refused(life)
        if seen["standing"] == "written_off":
            if chance.random() < 0.3:
                self._recover(life)
        elif life.bad_after and str(self.world.today) >= life.bad_after:
            self.goes_bad(life)
        elif chance.random() < 0.15 and self.correct(life):
            pass  # what was wrong is put right, and nothing else today
        elif self.relieved(life):
            pass
        else:
            self.pays(life)

    def pays(self, life: Life) -> None:
        """Let the borrower pay as its temper is."""
        chance, seen, today = self.world.chance("payments"), life.seen, str(self.world.today)
        fell, due = seen["fell_due"], seen["due_fen"]
        is_last = seen["money"] and fell and seen["money"][-1]["on"] >= fell["on"]
        if due and life.temper == "late" and seen["overdue_days"] < chance.choice((1, 10, 40)):
            return
        if due and life.temper == "partial" and due > 2 and chance.random() < 0.6:
            self.take(life, "pay", due // 2, today)
        elif fell and not is_last and fell["on"] > life.bank.told_until and chance.random() < 0.8:
            if chance.random() < 0.12:
                self._forget(life, fell["fen"], fell["on"])
            else:  # paid in time, entered when the officer is there
                self.take(life, "pay", fell["fen"], fell["on"])
        elif due:
            self.take(life, "pay", due, today)
        elif life.temper == "early" and chance.random() < 0.4:
            self._prepay(life)
        elif chance.random() < 0.04 and seen["payoff_fen"] > 1000:
            self.take(life, "pay", seen["payoff_fen"] // 50, today, is_advance=True)
        elif chance.random() < 0.04:
            self._phantom(life)
        elif seen["surplus_fen"] > 1 and chance.random() < 0.5:
            fen = seen["surplus_fen"] // 2
            done = self.event(life, "refund", {"amount_fen": fen})
            if done is not None:
                self.pay_out(life, done["n"], fen)

    def _prepay(self, life: Life) -> None:
        chance, owed = self.world.chance("payments"), life.seen["payoff_fen"]
        share = chance.choice((3, 5, 10, 1))
        mode = chance.choice(("lower", "shorten"))
        self.take(life, "prepay", max(1, owed // share), str(self.world.today), mode=mode)

    def _forget(self, life: Life, fen: int, on: str) -> None:
        """Money comes in that nobody enters: a statement will tell of it."""
        receipt = self.arrive(life, fen, on)
        said = {"loan": life.name, "fen": fen}
        self.world.faults.append(
            Fault("not_entered", self.world.month, life.bank.n, {receipt}, said)
        )

    def _phantom(self, life: Life) -> None:
        """A payment is entered that never came in: no statement will tell of it."""
        seen, key = life.seen, self.world.key()
        fen = max(1, seen["payoff_fen"] // 40)
        body = {"amount_fen": fen, "receipt": f"X{key}", "mode": "lower"}
        done = self.event(life, "prepay", body, what="phantom")
        if done is not None:
            names = {f"X{key}", f"{life.ref} {done['n']}"}
            said = {"loan": life.name, "event": done["n"], "fen": fen}
            self.world.faults.append(Fault("phantom", self.world.month, life.bank.n, names, said))

    def _recover(self, life: Life) -> None:
        left = life.seen["left_fen"]
        if left > 10:
            self.take(life, "pay", left // 4, str(self.world.today))

    # What goes wrong

    def refused(self, life: Life) -> None:
        """Send what must be refused, or must happen once only."""
        chance, seen, today = self.world.chance("mischief"), life.seen, self.world.today
        if chance.random() > 0.45 or seen["standing"] not in ("open", "overdue"):
            return
        due, owed = seen["due_fen"], seen["payoff_fen"]
        drawn = dt.date.fromisoformat(seen["drawn_on"])
        tries: list[tuple[str, str, dict[str, Any], str, str]] = [
            ("above_owed", "pay", {"amount_fen": owed + 1}, "", f"{NO}above_owed"),
            ("other currency", "pay", {"amount_fen": 100, "currency": "USD"}, "", f"{NO}currency"),
            ("before draw", "pay", {"amount_fen": 100}, str(drawn - dt.timedelta(1)),
             f"{NO}before_draw"),
            ("tomorrow", "pay", {"amount_fen": 100}, str(today + dt.timedelta(1)),
             f"{NO}in_the_future"),
            ("nothing", "pay", {"amount_fen": 0}, "", f"{NO}not_an_amount"),
            ("recovered too early", "reverse", {"event": 99_999, "why": "?"}, "",
             f"{NO}not_reversible"),
        ]  # fmt: skip
        if not life.line:  # under a limit the limit is asked first
            tries.append(("drawn twice", "draw", {"amount_fen": 100}, "", f"{NO}drawn_twice"))
        if owed > due + 1:
            tries.append(("above_due", "pay", {"amount_fen": due + 1}, "", f"{NO}above_due"))
        if money := [each for each in seen["money"] if each["receipt"]]:
            again = chance.choice(money)
            body = {"amount_fen": 1, "receipt": again["receipt"]}
            tries.append(("receipt twice", "pay", body, "", f"{NO}sent_twice"))
        name, kind, body, on, code = chance.choice(tries)
        self.event(life, kind, body, on=on, expect=[code], what=f"refused: {name}")
        self._once(life)

    def _once(self, life: Life) -> None:
        """Send under a key that was used: the same does nothing, something else is refused."""
        chance = self.world.chance("mischief")
        if not (
            sent := [(n, d) for n, d in life.book.deeds.items() if d.kind in ("pay", "prepay")]
        ):
            return
        _, deed = chance.choice(sent)
        other = {"amount_fen": deed.fen + 1, "receipt": deed.receipt}
        more = {"mode": "lower"} if deed.kind == "prepay" else {}
        self.event(life, deed.kind, other | more, on=deed.on, key=deed.key,
                   expect=["agreement.key_of_other"], what="refused: key of another")  # fmt: skip

    def correct(self, life: Life) -> bool:
        """Take something back, or enter something late; say whether there was anything."""
        chance, seen, today = self.world.chance("corrections"), life.seen, self.world.today
        phantoms = [f for f in self.world.faults if f.kind == "phantom" and not f.is_over
                    and f.said["loan"] == life.name and "booked" not in f.said]  # fmt: skip
        if phantoms:
            body = {"event": phantoms[0].said["event"], "why": "never came in"}
            if self.event(life, "reverse", body) is not None:
                phantoms[0].said["booked"] = True
            return True
        real = [each for each in seen["money"] if each["receipt"].startswith("B")]
        if real and chance.random() < 0.5:
            last = real[-1]
            self.event(life, "reverse", {"event": last["n"], "why": "returned"}, what="bounced")
            self.world.bank.ask({"do": "bounce", "account": life.bank.account,
                                 "ref": last["receipt"], "on": str(today)})  # fmt: skip
            return True
        drawn = dt.date.fromisoformat(seen["drawn_on"])
        if (today - drawn).days > 3 and seen["payoff_fen"] > 100_00:
            since = max(drawn, today - dt.timedelta(40))
            on = str(since + dt.timedelta(chance.randint(0, (today - since).days)))
            self._late(life, on, seen["payoff_fen"] // chance.choice((20, 30)))
            return True
        return False

    def _late(self, life: Life, on: str, fen: int) -> None:
        """Enter a prepayment that counts from an earlier day; it may be too much by then."""
        booked = max(on, str(dt.date.fromisoformat(life.bank.told_until or on) + dt.timedelta(1)))
        if booked > str(self.world.today):
            return
        key, receipt = self.world.key(), f"back-dated {self.world.keys}"
        body = {"amount_fen": fen, "mode": "lower", "receipt": receipt}
        done = self.event(life, "prepay", body, on=on, key=key, may=True, what="back-dated",
                          expect=[f"{NO}{why}" for why in _LATE])  # fmt: skip
        if done is not None:  # the payer wrote the number of the receipt on the transfer
            self.world.bank.ask({"do": "receive", "account": life.bank.account, "fen": fen,
                                 "on": booked, "reference": receipt})  # fmt: skip

    def goes_bad(self, life: Life) -> None:
        """What a bank does about a borrower who pays nothing any more."""
        seen, chance, today = life.seen, self.world.chance("bad"), self.world.today
        days = seen["overdue_days"]
        if days > 10 and "judged" not in life.done:
            life.done.add("judged")
            self.event(life, "judge", {"given": {"is_credit_impaired": days > 60}})
        elif days > 30 and "fee" not in life.done:
            life.done.add("fee")
            fen = chance.randint(300_00, 2_000_00)
            done = self.event(life, "fee", {"amount_fen": fen, "what": "court"})
            if done is not None:
                self.world.bank.ask({"do": "pay", "account": life.bank.account, "fen": fen,
                                     "on": str(today),
                                     "reference": f"{life.ref} {done['n']}"})  # fmt: skip
        elif days > 90 and seen["is_accruing"]:
            self.event(life, "stop_accrual", {})
        elif days > 60 and chance.random() < 0.3:
            name = self.world.chance("bad").choice(("substandard", "doubtful", "no such class"))
            no = [f"{NO}no_class"] if name.startswith("no") else []
            self.event(life, "class_set", {"name": name}, expect=no)
        elif days > 150 and not seen["is_accruing"] and chance.random() < 0.3:
            self.event(life, "write_off", {})
        elif days > 100 and chance.random() < 0.1:  # it pays again after all
            life.bad_after, life.temper = "", "late"
            if not seen["is_accruing"]:
                self.event(life, "resume_accrual", {}, expect=[f"{NO}stopped_by_days"])

    # Relief

    def relieved(self, life: Life) -> bool:
        """Agree on relief where the borrower asks for it; say whether it did."""
        chance, seen, today = self.world.chance("relief"), life.seen, self.world.today
        left = (dt.date.fromisoformat(seen["matures_on"]) - today).days
        if life.temper == "renewer" and 0 < left < 75 and not seen["due_fen"]:
            return self._renewed(life, left)
        if life.temper != "relief" or chance.random() < 0.5 or left <= 2:
            return False
        way = chance.choice(("extend", "holiday", "cut_rate", "waive", "rate_reset"))
        rate = float(seen["rate"])
        if way == "extend":
            until = add_months(dt.date.fromisoformat(seen["matures_on"]), chance.choice((1, 3, 12)))
            self.event(life, "extend", {"matures_on": str(until), "annual_rate": None},
                       expect=["agreement.extended_too_far"], may=True)  # fmt: skip
        elif way == "holiday":
            until = today + dt.timedelta(chance.randint(5, 90))
            no = [f"{NO}rests_to_the_end"] if (until - today).days >= left else []
            self.event(life, "holiday", {"until": str(until), "matures_on": None}, expect=no)
        elif way == "cut_rate":
            lower = f"{rate * 0.8:.4f}"
            is_cut = float(lower) < rate
            self.event(life, "cut_rate", {"annual_rate": lower, "until": None},
                       expect=[] if is_cut else [f"{NO}rate"])  # fmt: skip
        elif way == "waive" and seen["penalty_fen"]:
            body = {"claim": "penalty", "amount_fen": seen["penalty_fen"]}
            self.event(life, "waive", {**body, "amount_fen": body["amount_fen"] + 1},
                       expect=[f"{NO}nothing_open"])  # fmt: skip
            self.event(life, "waive", body)
        elif way == "rate_reset":
            self.event(life, "rate_reset", {"annual_rate": f"{rate + 0.001:.4f}", "until": None})
        return way != "waive" or bool(seen["penalty_fen"])

    def _renewed(self, life: Life, left: int) -> bool:
        """Renew a loan without a repayment, by another one of the same offering."""
        if "renewed" in life.done or life.offering["method"] == "stepped":
            return False  # a renewal draws without a plan
        life.done.add("renewed")
        world, today = self.world, str(self.world.today)
        made = self.apply(life.bank, life.firm, life.offering, "prompt",
                          life.seen["principal_fen"], 12)  # fmt: skip
        if made is None:
            return True
        self.confirm(made)
        given = {
            "size_class": "small", "is_operating": True, "is_working_capital": True,
            "is_business_loan": False, "matures_on": life.seen["matures_on"],
            "applied_on": today, "signed_on": today, "has_real_need": True,
            "has_temporary_difficulty": True, "is_law_abiding": True, "is_in_good_credit": True,
            "has_interest_arrears": False, "is_evading": False,
        }  # fmt: skip
        fen, key = life.seen["principal_fen"], world.key()
        order = {
            "do": "renew", "loan": life.name, "agreement": life.agreement,
            "renewal": made.agreement, "on": today, "key": key, "given": given,
            "by": life.bank.said["approver"],
        }  # fmt: skip
        fits = made.amount_fen >= fen
        unneeded = {**order, "given": {**given, "has_real_need": False}, "key": world.key()}
        world.do("refused: renewal", unneeded, expect=["agreement.may_not_renew"])
        done = world.do("renew", order, expect=() if fits else [f"{NO}above_agreed"])
        if done is not None:
            old, new = done["old"], done["new"]
            life.book.deeds[old["n"]] = Deed("renew", today, fen, key=f"{key}:renewed",
                                             is_moved=False)  # fmt: skip
            made.book.deeds[new["n"]] = Deed("draw", today, fen, key=key, is_moved=False)
            made.stage = "drawn"
        return True


_SERVICES = ("draw", "pay", "prepay", "reverse", "fee", "refund")
_LATE = ("above_owed", "paid_later", "closed", "written_off")
