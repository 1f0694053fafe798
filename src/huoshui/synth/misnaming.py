"""One firm under other names: the ways in which offices write a name, each at a stated rate.

A name is region, trade name, trade, legal form and, of a branch, what stands behind them.  Real
names come without their parts, so `Cutter` cuts them by plain rules of its own that share nothing
with the platform's resolution, which is what is tested with the names made here.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from opencc import OpenCC

from huoshui.synth.codes import wrong_check
from huoshui.synth.lookalikes import LOOKALIKES, TRADE_CHARACTERS

RATES: dict[str, float] = {
    "region_moved": 0.06,  # plain behind the trade name; out of its brackets where it has them
    "region_bracketed": 0.08,  # in brackets behind the trade name
    "region_dropped": 0.08,
    "region_added": 0.06,  # the province in front, or the city behind the province
    "legal_form": 0.10,  # longer or shorter
    "former_name": 0.08,  # which the register states
    "traditional": 0.06,
    "full_width": 0.08,  # digits, letters and brackets of the other width, or spaces
    "ocr_slip": 0.08,  # one character of the trade name, for one that looks like it
    "missing_code": 0.08,  # the name is right
    "wrong_code": 0.08,  # the name is right, the code fails its check
    "old_code": 0.06,  # the fifteen digits that the register gives beside the new code
    "branch": 0.05,  # the record is a branch's and not its firm's
    "near_identical": 0.05,  # the record of another body, whose name differs by one character
}
"""The share of each kind among dirty records; a record is dirty in one way."""

KINDS = tuple(RATES)
SAME_NAME = ("missing_code", "wrong_code", "old_code")
"""Kinds that leave the name as it is."""

LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    # what a body's own name ends with, and what else offices write there; longest first
    "农民专业合作社": ("专业合作社", "合作社"),
    "股份有限公司": ("股份公司",),
    "有限责任公司": ("有限公司",),
    "专业合作社": ("农民专业合作社", "合作社"),
    "股份公司": ("股份有限公司",),
    "有限公司": ("有限责任公司",),
    "合作社": ("专业合作社",),
    "公司": (),
}
_REGION_ENDS = ("自治州", "自治县", "省", "市", "县", "区")
_BRANCH_ENDS = ("分公司", "营业部", "办事处", "经营部")
_ORDINALS = ("第一", "第二", "第三", "城东", "城南", "城西", "城北", "新区")
_BOUND = "业品务具"  # no word of a trade begins with these: 矿业集团 is not cut behind 矿
_SPACES = (" ", "　", " ")


class Name(NamedTuple):
    """A name in its parts, and what else a maker of other names has to know of it."""

    region: str
    trade: str  # the trade name: what distinguishes the body from others of its trade
    industry: str
    form: str
    tail: str = ""  # what follows the legal form, in the name of a branch
    bracketed: bool = False  # the region stands in brackets behind the trade name
    above: str = ""  # the province
    within: str = ""  # the city, or the district of a city
    former: str = ""

    @property
    def core(self) -> tuple[str, str]:
        """Give what no two bodies of one place share, wherever the region stands in the name."""
        return self.region[:2], f"{self.trade}{self.industry}{self.tail}"

    @property
    def written(self) -> str:
        """Give the name in full."""
        if self.bracketed:
            return f"{self.trade}（{self.region}）{self.industry}{self.form}{self.tail}"
        return f"{self.region}{self.trade}{self.industry}{self.form}{self.tail}"


Draw = Sequence[float]
"""Three numbers of [0, 1) that decide whatever a maker has to choose."""


def _one_of(choices: Sequence[str], chance: float) -> str:
    return choices[int(chance * len(choices))]


def _region_moved(name: Name, _: Draw) -> str | None:
    if not name.region or not name.trade or not name.form:
        return None
    if name.bracketed:
        return name._replace(bracketed=False).written
    if not name.industry or name.tail:
        return None
    return f"{name.trade}{name.region}{name.industry}{name.form}{name.tail}"


def _region_bracketed(name: Name, _: Draw) -> str | None:
    if name.bracketed or not (name.region and name.trade and name.form):
        return None
    return name._replace(bracketed=True).written


def _region_dropped(name: Name, _: Draw) -> str | None:
    if not (name.region and name.trade and name.industry):
        return None
    return name._replace(region="", bracketed=False).written


def _region_added(name: Name, _: Draw) -> str | None:
    if name.bracketed or name.tail or not name.form:
        return None
    if name.above and name.above not in name.region:
        return f"{name.above}{name.written}"
    if name.within and name.region and name.within[:2] not in name.region:
        return name._replace(region=name.region + name.within).written
    return None


def _legal_form(name: Name, draw: Draw) -> str | None:
    others = LEGAL_FORMS.get(name.form, ())
    return name._replace(form=_one_of(others, draw[0])).written if others else None


def _former_name(name: Name, _: Draw) -> str | None:
    return name.former or None


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def _traditional(name: Name, _: Draw) -> str | None:
    return str(_to_traditional().convert(name.written))


_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NARROW = {0xFF08: "(", 0xFF09: ")"}


def _full_width(name: Name, draw: Draw) -> str | None:
    """Write in the other width what has one; else put spaces between the parts."""
    written = name.written
    other = written.translate(_NARROW if "（" in written else _WIDE)
    if other != written:
        return other
    space = _one_of(_SPACES, draw[0])
    parts = (name.region, name.trade + name.industry, name.form, name.tail)
    return space.join(filter(None, parts)) if draw[1] < 0.8 else written + space


def _slipped(trade: str, choices: Callable[[str], str], draw: Draw) -> str | None:
    """Put another character for one of the trade name's."""
    places = [n for n, character in enumerate(trade) if choices(character)]
    if not places:
        return None
    place = places[int(draw[0] * len(places))]
    return trade[:place] + _one_of(choices(trade[place]), draw[1]) + trade[place + 1 :]


def _ocr_slip(name: Name, draw: Draw) -> Name | None:
    read = _slipped(name.trade or name.industry, lambda c: LOOKALIKES.get(c, ""), draw)
    if read is None:
        return None
    return name._replace(trade=read) if name.trade else name._replace(industry=read)


def _near_identical(name: Name, draw: Draw) -> Name | None:
    """Name another body: any other character that trade names are made of."""
    if name.tail or not (name.form and name.industry):
        return None
    trade = _slipped(name.trade, lambda character: TRADE_CHARACTERS.replace(character, ""), draw)
    return name._replace(trade=trade) if trade else None


def _branch(name: Name, draw: Draw) -> str | None:
    if name.tail or not name.form:
        return None
    place = _one_of([*_ORDINALS, name.within or _ORDINALS[0]], draw[0])
    return f"{name.written}{place}{_one_of(_BRANCH_ENDS, draw[1])}"


_MAKERS: dict[str, Callable[[Name, Draw], Name | str | None]] = {
    "region_moved": _region_moved,
    "region_bracketed": _region_bracketed,
    "region_dropped": _region_dropped,
    "region_added": _region_added,
    "legal_form": _legal_form,
    "former_name": _former_name,
    "traditional": _traditional,
    "full_width": _full_width,
    "ocr_slip": _ocr_slip,
    "branch": _branch,
    "near_identical": _near_identical,
}


def folded(name: str) -> str:
    """Give what is left of a name without widths, spaces and brackets.

    >>> folded("清越（活水市） 软件有限公司")
    '清越活水市软件有限公司'
    """
    if name.isalnum() and unicodedata.is_normalized("NFKC", name):  # most names
        return name.upper()
    return "".join(c for c in unicodedata.normalize("NFKC", name) if c.isalnum()).upper()


def misname(
    kind: str, name: Name, draw: Draw, cores: Container[tuple[str, str]] = ()
) -> str | None:
    """Write a name in one of the ways of `KINDS`; nothing where it cannot be written so.

    `cores` are those of the register: a changed trade name leads to none of them.

    >>> misname("region_bracketed", Name("活水市", "清越", "软件", "有限公司"), (0, 0, 0))
    '清越（活水市）软件有限公司'
    >>> misname("legal_form", Name("活水市", "清越", "软件", "有限公司"), (0, 0, 0))
    '活水市清越软件有限责任公司'
    """
    if kind in SAME_NAME:
        return name.written
    made = _MAKERS[kind](name, draw)
    if isinstance(made, Name):
        made = None if made.core in cores else made.written
    return None if made == name.written else made


def misnamed(
    names: Sequence[Name],
    rng: np.random.Generator,
    *,
    taken: Container[str] = (),
    cores: Container[tuple[str, str]] = (),
    rates: dict[str, float] = RATES,
    attempts: int = 12,
) -> tuple[list[str], list[str]]:
    """Draw a kind of dirt for each name and write the name so; give the kinds and the names.

    A name that cannot be written in the way first drawn gets another draw.  `taken` are the
    folded names of the register and `cores` their cores: no dirty name is another body's in full,
    and no two are the same, since no resolution by names could tell such bodies apart.
    """
    offered, shares = list(rates), np.array(list(rates.values()))
    kinds, made = ["missing_code"] * len(names), [name.written for name in names]
    used: set[str] = set()
    left = list(range(len(names)))
    for _ in range(attempts):
        drawn = rng.choice(len(shares), len(left), p=shares / shares.sum()).tolist()
        draws = rng.random((len(left), 3)).tolist()
        again = []
        for row, number, draw in zip(left, drawn, draws, strict=True):
            kind = offered[number]
            other = misname(kind, names[row], draw, cores)
            plain = other and folded(other)
            own = plain == folded(names[row].written)
            if not other or not plain or plain in used or (plain in taken and not own):
                again.append(row)
                continue
            used.add(plain)
            kinds[row], made[row] = kind, other
        left = again
    return kinds, made


def wrong_code(code: str, draw: Draw) -> str:
    """Write a code wrong: two neighbours change places, or the check character is another.

    >>> wrong_code("91439902003458164B", (0.9, 0.0, 0.0))
    '914399020034581642'
    """
    if draw[0] < 0.5:
        start = int(draw[1] * (len(code) - 1))
        for at in [*range(start, len(code) - 1), *range(start)]:
            if code[at] != code[at + 1]:
                return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    return wrong_check(code)


def _whole_words(ends: Counter[str], shared: int) -> frozenset[str]:
    """Keep the endings that are no mere ends of longer words: many characters stand before them."""
    before: dict[str, list[int]] = {}
    for longer, count in ends.items():
        if count > 1:
            before.setdefault(longer[1:], []).append(count)
    return frozenset(
        word
        for word, count in ends.items()
        if count >= shared
        and len(word) < 9
        and word[0] not in _BOUND
        and max(before.get(word, [0])) < count / 3
    )


@dataclass(frozen=True)
class Cutter:
    """Cuts names without given parts, by words that many of the names themselves share."""

    regions: frozenset[str]
    industries: frozenset[str]
    longest: int = 11

    @classmethod
    def of(cls, names: Collection[str], places: Iterable[str] = (), *, shared: int = 20) -> Cutter:
        """Learn regions and trades: words that begin and end at least `shared` of the names."""
        fronts = Counter(
            name[:cut]
            for name in names
            for cut in range(3, 12)
            if name[:cut].endswith(_REGION_ENDS)
        )
        regions = {word for word, count in fronts.items() if count >= shared} | set(places)
        plain = {
            word[: -len(end)]
            for word in regions
            for end in _REGION_ENDS
            if word.endswith(end) and len(word) - len(end) >= 2
        }
        regions |= {word for word in plain if len(word) <= 4 and word[:-1] not in plain}
        cutter = cls(frozenset(filter(None, regions)), frozenset())
        bodies = (cutter._body(name)[1] for name in names)
        ends = Counter(body[-cut:] for body in bodies for cut in range(2, min(10, len(body) - 1)))
        return cls(cutter.regions, _whole_words(ends, shared))

    def _region(self, name: str) -> str:
        return next((name[:n] for n in range(self.longest, 1, -1) if name[:n] in self.regions), "")

    def _body(self, name: str) -> tuple[str, str, str, str]:
        """Give the region in front, what stands before the legal form, the form and the tail."""
        region = self._region(name)
        while region and (within := self._region(name[len(region) :])).endswith(_REGION_ENDS):
            region += within  # 某省甲市, 某省甲县
        found = [(at, f) for f in LEGAL_FORMS if (at := name.find(f, len(region))) > len(region)]
        if not found:
            return region, name[len(region) :], "", ""
        at, form = min(found, key=lambda f: (f[0], -len(f[1])))
        return region, name[len(region) : at], form, name[at + len(form) :]

    def cut(self, name: str, *, above: str = "", within: str = "", former: str = "") -> Name:
        """Cut one name.

        >>> Cutter(frozenset(["甲省"]), frozenset(["软件"])).cut("甲省大清越软件有限公司").trade
        '大清越'
        """
        name = name.replace("(", "（").replace(")", "）")
        region, body, form, tail = self._body(name)
        bracketed = False
        opens, closes = body.find("（"), body.find("）")
        if not region and 1 < opens < closes and body[opens + 1 : closes] in self.regions:
            region, bracketed = body[opens + 1 : closes], True
            trade, industry = body[:opens], body[closes + 1 :]
        else:
            cuts = range(2, max(2, len(body) - 1))
            short = 2 if len(body) == 4 else len(body)  # a trade that few share is not cut off
            at = next((n for n in cuts if body[n:] in self.industries), short)
            trade, industry = body[:at], body[at:]
        if trade in self.industries:  # 甲县建筑工程公司 has no trade name
            trade, industry = "", trade + industry
        return Name(region, trade, industry, form, tail, bracketed, above, within, former)
