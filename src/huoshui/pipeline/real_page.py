"""The page about the real data: what was run, what came out, and what it does not show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from huoshui.modelling import Fitted
from huoshui.modelling.allocation import Offer
from huoshui.pipeline.invoice_trial import CARD, FEN, LETTERS, TERMS, Trial

if TYPE_CHECKING:
    from huoshui.pipeline.real import Register

WAN_FEN = 10_000 * FEN
GROUPS_SHOWN = 12


def page(register: Register, trial: Trial) -> str:
    """Write the page."""
    parts = (
        _head(),
        _register(register),
        _invoices(trial),
        _card(trial),
        _scores(trial),
        _allocation(trial),
        _limits(trial),
    )
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(cell: object) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return str(cell).replace("|", "\\|")


def _head() -> str:
    return """# Real data

`make real` wrote this page from sets that nobody on this project made; none of their rows is in the
repository. Run it again with the sets in `../shared/data`; without them it changes nothing.
The two sets are about different firms and nothing joins them: the register names firms, the
invoices are of masked ones."""


def _register(register: Register) -> str:
    file = register.file
    others = len(register.spellings) - 12
    shown = [(f"`{form}`", rows, aside) for form, rows, aside in register.spellings[:12]]
    if others > 0:
        rest = register.spellings[12:]
        shown.append((f"{others} more forms", sum(r[1] for r in rest), sum(r[2] for r in rest)))
    return f"""## The register

{file.rows_in:,} registrations went through the feed `{file.feed}`: {file.rows_new:,} became facts,
{file.rows_quarantined:,} were set aside with their reason, {file.rows_known:,} were repeats.

What did not pass, and why:

{_table(("reason", "column", "said of the row", "rows"), register.reasons)}

How capital is written, a 9 standing for any number. Every form but those set aside became fen and
a currency; an empty one stays unknown:

{_table(("form", "rows", "set aside"), shown)}

Currencies of the capital: {_listed(register.currencies.items())}.

Entities: {_listed(register.kinds.items())};
{register.branches:,} branches linked to a parent, none merged with it;
{register.unlinked:,} subjects known by name only that were left apart."""


def _listed(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def _invoices(trial: Trial) -> str:
    rows = [
        (f.source_file.removesuffix(".parquet"), f.feed or "", f.rows_new, f.rows_known,
         f.rows_quarantined, f.rows_outside)
        for f in trial.taken.files
        if f.status == "ingested"
    ]  # fmt: skip
    facts = sum(row[2] for row in rows)
    settled = sum(trial.taken.settled.values())
    return f"""## The invoices

CUMCM 2020, problem C: {trial.taken.profile.num_rows} masked firms. Each table is read by two feeds,
one for red-letter invoices (amounts below zero) and one for the others; what a feed leaves to the
other is counted as outside. Void invoices stay facts of the status void and count in no sum.
Repeats are rows alike in every column; the invoice's book number, which would tell some of them
apart, is not given.

{_table(("table", "feed", "facts", "repeats", "set aside", "outside"), rows)}

{facts:,} facts; {facts - settled:,} of them share number, day and counterparty with another and
were settled by the rule of the pack. All indicators are as of 2020-02-22, the day after the last
invoice."""


def _figures(name: str, fitted: Fitted) -> tuple[str, ...]:
    f = fitted.figures
    return (
        name,
        str(len(fitted.sample.columns)),
        _pair(f["auc"], f["auc_sd"]),
        _number(f["auc_fold_sd"]),
        _number(f["ks"]),
        _number(f["brier"]),
        _pair(f["challenger_auc"], f["challenger_auc_sd"]),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _pair(value: float | None, spread: float | None) -> str:
    return f"{_number(value)} ± {_number(spread)}"


def _card(trial: Trial) -> str:
    heads = ("indicators", "offered", "card AUC", "sd of folds", "KS", "Brier", "boosted AUC")
    rows = [
        _figures("three years of sales and purchases, chosen", trial.fitted),
        _figures("the catalogue's own of invoices, one year", trial.catalogue),
    ]
    beside = [(a, *(trial.letters.get((a, b), 0) for b in LETTERS)) for a in LETTERS]
    fitted, slope = trial.fitted, trial.calibration.slope
    stands = (
        "This run fitted the same card to the last point."
        if trial.card_stands
        else "**This run fitted another card**; `huoshui real --save-card` puts it into the pack."
    )
    return f"""## The card

{fitted.rows} firms have an outcome, {fitted.bads} of them defaulted. Figures are of firms held
out, {fitted.folds} folds {fitted.repeats} times; bins, choice of columns and ridge are fitted anew
inside each fold. The AUC is the mean over repeats of the AUC of all held-out firms together, with
its standard deviation between repeats. An independent logistic regression gave 0.865 ± 0.019. The
bank's letter is not read: all firms of letter D defaulted, so it leaks the outcome.

{_table(heads, rows)}

The first card is `packs/trials/cumcm2020c/ratings/{CARD}.yaml`. {stands}
Held out, its log-odds have the slope {slope:.2f} (1 is right; less is too sure of itself), and
probabilities below are corrected by it.

Firms by the bank's letter and by the grade earned held out, the grades being as frequent as the
letters:

{_table(("letter", *LETTERS), beside)}"""


def _scores(trial: Trial) -> str:
    grades = trial.scored[f"{CARD}_grade"].to_pylist()
    scores = trial.scored[CARD].to_numpy()
    chance = trial.scored["default_probability"].to_numpy()
    rows = []
    for grade in LETTERS:
        here = np.array([g == grade for g in grades])
        rows.append(
            (
                grade,
                int(here.sum()),
                f"{scores[here].min():.0f} to {scores[here].max():.0f}",
                f"{chance[here].mean():.1%}",
                f"{chance[here].min():.1%} to {chance[here].max():.1%}",
            )
        )
    return f"""## The {len(grades)} firms without an outcome

Scored by the card as any profile is, without a modelling library. The grade stands in for the
bank's letter: its floors cut the 123 firms into the shares that the letters have there.

{_table(("grade", "firms", "scores", "mean probability of default", "from, to"), rows)}"""


def _allocation(trial: Trial) -> str:
    least, most, gap = TERMS.least_fen // WAN_FEN, TERMS.most_fen // WAN_FEN, trial.allocation.gap
    offers = [o for o in trial.allocation.offers if o.amount_fen]
    taken = sum((1 - (o.lost_share or 0.0)) * o.amount_fen for o in offers)
    taken /= max(trial.allocation.amount_fen, 1)
    refused = len(trial.allocation.offers) - len(offers)
    by_terms: dict[tuple[str, int, int], list[Offer]] = defaultdict(list)
    by_grade: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_terms[offer.applicant.grade, offer.rate_bp or 0, offer.amount_fen].append(offer)
        by_grade[offer.applicant.grade].append(offer)
    ordered = sorted(by_terms.items(), key=lambda kv: (kv[0][0], kv[0][1], -kv[0][2]))
    detail = [
        (grade, f"{rate / 100:.2f} %", amount // WAN_FEN, *_sums(group))
        for (grade, rate, amount), group in ordered[:GROUPS_SHOWN]
    ]
    whole = [(grade, *_sums(group)) for grade, group in sorted(by_grade.items())]
    whole.append(("all", *_sums(offers)))
    sums = ("firms", "amount, 万元", "mean default", "mean lost", "expected profit, 万元")
    return f"""## {TERMS.budget_fen // WAN_FEN:,} 万元 of credit

Loans of {least} to {most} 万元 for a year, in steps of 1 万元, at one of the 29 rates of annex 3
(4 to 15 %). With probability of default p, rate r and share of customers lost at that rate (annex
3, by letter; our grades stand in for letters), an offered yuan is worth
(1 − lost(r)) · ((1 − p) · r − p): interest where the loan is taken and repaid, all of the loan
where it defaults. Grade D, which stands for the letter that gets no loan, gets none. The rate does
not depend on the amount, so each firm's best rate is found by trying all; amounts are a
mixed-integer program that HiGHS solved to a gap of {gap:.2%}: no allocation earns more.
{len(offers)} firms are offered a loan and {refused} none. The budget is of
offers; of these {taken:.0%} is expected to be taken, as customers lost to
other lenders draw nothing.

{_table(("grade", *sums), whole)}

{_table(("grade", "rate", "each, 万元", *sums), detail)}

Firm by firm it is in `var/real/allocation.csv`. At the same offers, were defaults twice as
frequent, the expected profit would be {_wan(trial.stressed_profit_fen)} 万元."""


def _sums(offers: Sequence[Offer]) -> tuple[object, ...]:
    amount = sum(o.amount_fen for o in offers)

    def weighed(value: float) -> str:
        return f"{value / amount:.1%}" if amount else "–"

    return (
        len(offers),
        amount // WAN_FEN,
        weighed(sum(o.applicant.default_probability * o.amount_fen for o in offers)),
        weighed(sum((o.lost_share or 0.0) * o.amount_fen for o in offers)),
        _wan(sum(o.profit_fen for o in offers)),
    )


def _wan(fen: float) -> str:
    return f"{fen / WAN_FEN:,.1f}"


def _limits(trial: Trial) -> str:
    spread = _number(trial.fitted.figures["auc_fold_sd"])
    share = trial.fitted.bads / trial.fitted.rows
    other = trial.catalogue.figures
    plain = _pair(other["auc"], other["auc_sd"])
    return f"""## What this does not show

- {trial.fitted.bads} defaults are few: single folds differ by {spread} (standard deviation), so the
  second digit of any AUC here is luck, and so is which of two cards looks better.
- The five indicators of the first card were chosen by us with the outcomes of the same firms in
  sight, so its figure flatters. The second line reads what the catalogue had before: {plain}.
  What a new sample would show lies between the two, or below.
- Of the firms with an outcome {share:.0%} defaulted. Probabilities for the others suppose that they
  are firms of the same kind; nothing in the data says so.
- Profits rest on annex 3 and on grades standing in for letters. They are expectations of a model,
  with no recovery, cost of money, tax or cost of capital.
- The sample ends on 2020-02-21, in the first weeks of an epidemic that no indicator knows of."""
