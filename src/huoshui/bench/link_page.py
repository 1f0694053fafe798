"""The page of the open linkage benchmark: the task, its columns and rates, and figures made by it.

The page of the repository and the one that lies beside the records that somebody makes tell of
the task in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from huoshui.synth import second_office
from huoshui.synth.misnaming import RATES

KINDS: Mapping[str, str] = {
    "region_moved": "the region stands behind the trade name, or comes out of its brackets",
    "region_bracketed": "the region stands in brackets behind the trade name",
    "region_dropped": "the region is left out",
    "region_added": "the province is put in front, or the city behind the province",
    "legal_form": "the legal form is longer or shorter (有限责任公司, 有限公司)",
    "former_name": "the name that the register states as the former one",
    "traditional": "traditional characters",
    "full_width": "digits, letters or brackets of the other width, or spaces",
    "ocr_slip": "one character of the trade name is read as one that looks like it",
    "missing_code": "the name is right, there is no code",
    "wrong_code": "the name is right, the code fails its check",
    "old_code": "the name is right, the code is the old number that the register states",
    "branch": "the record is of a branch: to be linked as `branch`, never as `same`",
    "near_identical": "another body, one character away, with people and address of its own: "
    "to be left alone",
}

_WAYS: Mapping[str, str] = {
    "same": "as the register has it",
    "masked": "the surname and two stars",
    "changed": "another",
    "no_region": "without the region in front",
    "no_room": "nothing behind the number of the house",
    "moved": "another in the same city",
    "none": "none",
}


def _shares(shares: Mapping[str, float]) -> str:
    return "; ".join(f"{_WAYS[way]} {share:.0%}" for way, share in shares.items())


_TASK = f"""Two offices hold records of market entities. The **register** knows every body by its
unified social credit code. A **second office** has records of a tenth of them, mostly without the
code, each dirty in one way. Say for each record of the second office which body of the register it
is about (`same`), whose branch it is (`branch`), or nothing where it is about none of them.

`records.parquet`, one row for each record:

| column | what |
| --- | --- |
| `record` | number of the record |
| `office` | `register` or `second` |
| `code` | the code as the office wrote it; of the second office missing, wrong or old |
| `name` | the name as the office wrote it |
| `former_name`, `legacy_no`, `established_on` | told by the register only |
| `representative`, `address`, `phone` | each office's own word, or null |

The second office's own word of a body:

| column | shares of its records |
| --- | --- |
| `representative` | {_shares(second_office.REPRESENTATIVE)} |
| `address` | {_shares(second_office.ADDRESS)} |
| `phone` | {_shares(second_office.PHONE)}; none where the register has none |

`truth.parquet` (never to be read by a resolver): `record`, `kind`, `code` of the body, `relation`
(`same`, `branch`, `none`).

The kinds of dirt and their shares. A name that cannot be written in the way drawn gets another
draw, so the shares differ a little from one register to another. No dirty name is another
registered body's in full, and no two dirty names are alike.

| kind | share | what |
| --- | --- | --- |
{"".join(f"| `{kind}` | {rate:.2f} | {KINDS[kind]} |" + chr(10) for kind, rate in RATES.items())}"""

_FIGURES = """A link is `record`, `code` and `relation` (`same` where the column is absent).
Precision is right links over links made; recall is right links over those that are due; F1 is
their harmonic mean, over all kinds together and within each kind. A record that should stay alone
and does costs nothing; linked, it counts against precision. A branch linked as `same` is a wrong
link and a missing one. `near_identical` has no link that is right: its F1 is that of the class
"stays alone" among all records one character away from a registered name: those of
`near_identical` that stay alone are right, those of `ocr_slip` that do are wrong, so that linking
nothing does not score well.
"""

_RUN = """```
huoshui bench link-maker OUT --registry FILE --seed 1     # or --records 1000000
huoshui bench link-score OUT LINKS.parquet --json         # anybody's links
huoshui bench link --registry FILE --json                 # our own, beside Splink's
```

`FILE` is any Parquet file with the columns 企业名称, 统一社会信用代码, 注册日期, 法人代表,
所在省份, 地区, 注册地址. The same file, seed and version give the same records.
"""

_SOURCES = """The invented register and all dirt are made by the program and under its licence
(Apache-2.0). The real register of our figures is a copy of public registry facts whose upstream
says CC BY-NC-SA 4.0; it is no part of this repository and neither are records made from it. Its
representatives are a surname and a salted hash. The tables of look-alike characters are our own;
traditional characters come from OpenCC (Apache-2.0).
"""


def beside_records(said: Mapping[str, Any]) -> str:
    """Write the page that lies beside records that somebody made."""
    kinds = "\n".join(f"| `{kind}` | {count:,} |" for kind, count in sorted(said["kinds"].items()))
    return f"""# Linkage benchmark: {said["records"]:,} records, seed {said["seed"]}

Register: {said["register"]}. Dirty records: {said["dirty"]:,}.

{_TASK}
## Records of each kind here

| kind | records |
| --- | --- |
{kinds}

## The figure

{_FIGURES}"""


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """Write the page of the repository, with the figures of some runs."""
    return f"""# The open linkage benchmark

<!-- Made by `huoshui bench link-page`; change the program, not this page. -->

## The task

{_TASK}
## The figure

{_FIGURES}
## How to run it

{_RUN}
## Figures

{"".join(map(_figures, results))}
## Sources

{_SOURCES}"""


def _figures(result: Mapping[str, Any]) -> str:
    given = result["register"]
    register = "the invented register" if given == "invented" else f"the register `{given}`"
    rows = "\n".join(
        f"| `{kind}` | {result['counts_by_kind'][kind]['records']:,} | "
        f"{result['f1_by_kind'][kind]:.4f} | {result['peer_f1_by_kind'].get(kind, 0):.4f} |"
        for kind in RATES
        if kind in result["counts_by_kind"]
    )
    peer = f"{result['peer']}; {result['peer_records']:,} records"
    return f"""### {result["records"]:,} records, {register}

| | ours | peer |
| --- | --- | --- |
| precision | {result["precision"]:.4f} | {result["peer_precision"]:.4f} |
| recall | {result["recall"]:.4f} | {result["peer_recall"]:.4f} |
| F1 | {result["f1"]:.4f} | {result["peer_f1"]:.4f} |
| seconds | {result["seconds"]:.1f} | {result["peer_seconds"]:.1f} |

The peer: {peer}. Commit {result["commit"]}, {result["cores"]} cores, peak {result["peak_mib"]:,}
MiB (both, with the making of the records).

| kind | records | F1 ours | F1 peer |
| --- | --- | --- | --- |
{rows}

"""
