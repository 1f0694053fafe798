"""`huoshui packs diff`: what a change of packs would do, before it takes effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from huoshui import explain as wording
from huoshui.cli import output, place
from huoshui.pipeline import sandbox
from huoshui.policy.loader import FOLDERS

DEFAULT_NAMES = ("common", "demo")


@click.command("diff")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("changed", type=click.Path(path_type=Path))
@place.asof_option
@place.known_option
@place.home_option
@click.option(
    "--packs-of",
    "names",
    multiple=True,
    help="Which packs of a folder that holds several; repeatable (default: common and demo).",
)
@click.option(
    "--list",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write everybody who moved to this CSV file.",
)
@place.language_option
@output.as_json
def diff(
    base: Path,
    changed: Path,
    asof: dt.date,
    known: int | None,
    home: Path,
    names: tuple[str, ...],
    target: Path | None,
    lang: Any,
    as_json: bool,
) -> None:
    """Say who enters and who leaves if the packs in BASE become those in CHANGED.

    Each is a folder that holds packs (common, demo ...) or one pack; one pack without units is
    read with the common beside it, or with BASE's.  Both are run over the facts that HOME knows;
    nothing is published and nothing changes.
    """
    place.lake_folder(home)
    before = roots_of(base, names)
    after = roots_of(changed, names, beside=before)
    with output.progress(quiet=as_json) as tick:
        found = sandbox.difference(home, before, after, asof=asof, known=known, tick=tick)
        report = found.to_dict()
        if target is not None:
            report["list"] = {
                "file": str(target),
                "rows": sandbox.write_list(found, target, lang),
            }
    if as_json:
        output.show_json(report)
    else:
        show_difference(report, lang)


def roots_of(folder: Path, names: Sequence[str], *, beside: Sequence[Path] = ()) -> list[Path]:
    """Give the packs that a folder is or holds, or refuse."""
    if is_pack(folder):
        if (folder / "units.yaml").is_file():
            return [folder]
        first = folder.parent / DEFAULT_NAMES[0]
        others = [first] if is_pack(first) else [r for r in beside if r.name == DEFAULT_NAMES[0]]
        return [*others, folder]
    wanted = names or [name for name in DEFAULT_NAMES if is_pack(folder / name)]
    missing = [name for name in wanted if not is_pack(folder / name)]
    if missing or not wanted:
        raise sandbox.SandboxRefusal.NO_PACKS.refuse(
            folder=folder, named=f" ({', '.join(missing)})" if missing else ""
        )
    return [folder / name for name in wanted]


def candidate_roots(
    given: Sequence[Path], names: Sequence[str], *, beside: Sequence[Path]
) -> list[Path]:
    """Give a candidate version's packs: those named one by one, or all that a folder holds."""
    if len(given) == 1:
        return roots_of(given[0], names, beside=beside)
    return list(given)


def is_pack(folder: Path) -> bool:
    """Say whether a folder is one pack: it has units, or a folder that a pack may hold."""
    if not folder.is_dir():
        return False
    return (folder / "units.yaml").is_file() or any((folder / name).is_dir() for name in FOLDERS)


def show_difference(report: Mapping[str, Any], lang: Any) -> None:
    """Show a difference to a person."""
    zh = lang == "zh"
    output.say(
        f"{report['asof']}, batch {report['known']}, {report['subjects']:,} subjects; "
        f"columns from {report['columns_from']}"
    )
    _show_definitions(report["definitions"])
    rows = [
        (
            one["label"][lang],
            one["definition"],
            one["yes"]["before"],
            one["yes"]["after"],
            one["entered"],
            one["left"],
            one["became_unknown"],
            one["became_known"],
            ", ".join(f"{clause} {count:,}" for clause, count in one["by_clause"].items()),
        )
        for one in report["moved"]
    ]
    heads = ("名称", "编号", "此前", "此后", "进入", "退出", "变未知", "变确定", "条款")
    heads_en = ("label", "id", "before", "after", "entered", "left", "unknown", "known", "clauses")
    output.table("进与出" if zh else "Who enters and leaves", heads if zh else heads_en, rows)
    scores = [
        (
            s["rating"],
            s["moved"],
            s["mean_move"],
            _far(s["largest_up"]),
            _far(s["largest_down"]),
            s["regraded"],
        )
        for s in report["scores"]
    ]
    output.table(
        "评分变动" if zh else "Scores moved",
        ("rating", "moved", "mean", "largest up", "largest down", "regraded"),
        scores,
    )
    _show_money(report["money"], lang)
    output.say(report["caution"][lang])
    if "list" in report:
        output.say(f"{report['list']['file']}: {report['list']['rows']:,} rows")


def _show_definitions(changes: Sequence[Mapping[str, Any]]) -> None:
    for change in changes:
        where = change["where_after"] or change["where_before"]
        output.say(f"{change['change']}: {change['kind']}.{change['id']}  ({where})")
        for part in change["parts"]:
            sides = [_said(part[when]) for when in ("before", "after")]
            output.say(f"  {part['part']}: {sides[0]} → {sides[1]}")
    if not changes:
        output.say("The packs say the same.")


def _said(said: Mapping[str, Any] | None) -> str:
    if said is None:
        return "–"
    where = str(said["where"]).split(", field")[0]
    return f"{said['value']} [{said['cite']}, {said['mark']}; {where}]"


def _far(found: Mapping[str, Any] | None) -> str | None:
    return f"{found['by']:+g} ({found['entity']})" if found else None


def _show_money(money: Mapping[str, Any], lang: Any) -> None:
    zh = lang == "zh"
    total = ("合计" if zh else "in all", money)
    counties = [(word or "?", group) for word, group in money["by_county"].items()]
    sections = [(word or "?", group) for word, group in money["by_section"].items()]
    rows = []
    for word, group in [total, *counties, *sections]:
        budget, loss = group["budget_fen"], group["expected_loss_fen"]
        cells = [_fen(budget.get(w), lang) for w in ("before", "after")]
        cells += [_interval(loss.get(w), lang) for w in ("before", "after")]
        if group is money or cells[0] != cells[1] or cells[2] != cells[3]:
            rows.append((word, *cells))
    heads = ("县区与行业", "补贴预算（前）", "补贴预算（后）", "预期损失（前）", "预期损失（后）")
    heads_en = ("where", "budget before", "budget after", "loss before", "loss after")
    output.table("公共资金" if zh else "Public money", heads if zh else heads_en, rows)


def _fen(fen: int | None, lang: Any) -> str:
    return "?" if fen is None else wording.money(Decimal(fen), lang)


def _interval(loss: Mapping[str, int] | None, lang: Any) -> str:
    if loss is None:
        return "?"
    ends = [_fen(loss[end], lang) for end in ("low", "high")]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"
