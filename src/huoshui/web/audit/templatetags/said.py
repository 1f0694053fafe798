"""Words, money, days and unknowns as a page says them, in the language of the page.

Tags take the language from the page's context; filters take it as their argument or from
`rules.language`.  What is unknown is said to be unknown, never shown as zero or left blank.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from huoshui.explain import Language
from huoshui.explain import money as money_shown
from huoshui.explain.numbers import plain_number
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import BY_RULE, SYSTEM
from huoshui.web.audit.rules.language import picked, spoken

register = template.Library()

REGION = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
_UNKNOWN = {"zh": "未知", "en": "unknown"}
_SIZES = ((2**30, "GB"), (2**20, "MB"), (2**10, "KB"))


def page_language(context: Context) -> Language:
    """Give the language of the page that is being rendered."""
    named = context.get("language")
    return spoken() if named is None else "en" if named == "en" else "zh"


def _language(given: str | None) -> Language:
    return spoken() if not given else "en" if given == "en" else "zh"


@register.simple_tag(takes_context=True)
def t(context: Context, zh: str, en: str, **values: object) -> SafeString:
    """Say words written in place in both languages, {name} filled from the arguments."""
    words = zh if page_language(context) == "zh" else en
    if not values:
        return conditional_escape(words)
    language = page_language(context)
    filled = {n: v if isinstance(v, str | int) else picked(v, language) for n, v in values.items()}
    return format_html(conditional_escape(words), **filled)


@register.simple_tag(name="said", takes_context=True)
def said_tag(context: Context, both: object) -> SafeString:
    """Say the words of a pack or of a report in the language of the page."""
    return conditional_escape(picked(both, page_language(context)))


@register.filter
def said(both: object, language: str | None = None) -> str:
    """Say the words of a pack or of a report: `{{ label|said }}`."""
    return picked(both, _language(language))


@register.simple_tag(takes_context=True)
def problem_said(context: Context, problem: object, part: str) -> str:
    """Say the `message` or the `fix` of a problem (an object or its dictionary)."""
    chinese: Any = _part(problem, "zh")
    if chinese and page_language(context) == "zh":
        return str(chinese[0 if part == "message" else 1])
    return picked(_part(problem, part), page_language(context))


PLATFORM = SYSTEM.name.split()[0] + " "
"""How every name begins under which the platform acts by itself."""

_LABEL = re.compile(r"(?P<name>.+) \((?P<role>\w+)\)")
"""How the record names an actor: `周明澈 (bank_officer)`."""


@register.simple_tag(takes_context=True)
def who(context: Context, label: str) -> str:
    """Say who acted, as the record names them, with their role in the language of the page."""
    language = page_language(context)
    if not label:
        return "—"
    if label.startswith(BY_RULE):
        return "自动审批规则" if language == "zh" else "the automatic rule"
    if label.startswith(PLATFORM):
        return "平台" if language == "zh" else "the platform"
    found, today = _LABEL.fullmatch(label), context.get("today")
    role = pack_on(today).roles.get(found["role"]) if found and today else None
    if not found or role is None:
        return label
    said_role = picked(role.label, language)
    return (
        f"{found['name']}（{said_role}）" if language == "zh" else f"{found['name']} ({said_role})"
    )


@register.simple_tag(takes_context=True)
def why(context: Context, reason: str | None) -> str:
    """Say an entry's reason: words of the packs' lists of reasons by their labels, others as is."""
    today, language = context.get("today"), page_language(context)
    if not reason or today is None:
        return reason or ""
    lists = [v for n, v in pack_on(today).vocabularies.items() if n.endswith("_reason")]
    labels = {word: label for each in lists for word, label in each.entries.items()}
    return ("、" if language == "zh" else ", ").join(
        picked(labels.get(word, word), language) for word in reason.split(", ")
    )


def _part(problem: object, name: str) -> object:
    return problem.get(name) if isinstance(problem, Mapping) else getattr(problem, name, None)


_FORM_ERRORS = {
    "required": ("请填写这一项。", "Fill this in."),
    "invalid": (
        "填写的内容无法识别，请检查格式。",
        "This cannot be read; check how it is written.",
    ),
    "invalid_choice": ("请从列出的选项中选择。", "Choose one of those listed."),
    "max_length": ("内容太长，最多 {limit_value} 个字。", "At most {limit_value} characters."),
    "min_length": ("内容太短，至少 {limit_value} 个字。", "At least {limit_value} characters."),
    "max_value": ("不能大于 {limit_value}。", "At most {limit_value}."),
    "min_value": ("不能小于 {limit_value}。", "At least {limit_value}."),
    "invalid_extension": ("不接受这种文件。", "Files of this kind are not taken."),
    "empty": ("文件是空的。", "The file is empty."),
}
"""What Django says of a field by its code; its own sentences exist in one language only."""


@register.simple_tag(takes_context=True)
def field_errors(context: Context, field: BoundField | Form) -> list[str]:
    """Give what is wrong with a field (or with a whole form) in the language of the page."""
    language = page_language(context)
    found = field.non_field_errors() if isinstance(field, Form) else field.errors
    said_so = []
    for error in found.as_data():
        code = error.code or ""
        if code in _FORM_ERRORS:
            words = _FORM_ERRORS[code][0 if language == "zh" else 1]
            said_so.append(words.format(**(error.params or {})))
        else:
            said_so.extend(str(message) for message in error.messages)
    return said_so


def nothing(language: Language) -> SafeString:
    """Say that a value is unknown, quietly."""
    return format_html('<span class="unknown">{}</span>', _UNKNOWN[language])


@register.filter
def unknown(value: object, language: str | None = None) -> object:
    """Say that a missing value is unknown; give any other as it is."""
    return nothing(_language(language)) if value is None or value == "" else value


@register.filter
def money(fen: object, language: str | None = None) -> str:
    """Say an amount of fen as people read it, rounded: 1,234.56 万元."""
    chosen = _language(language)
    if fen is None or fen == "":
        return nothing(chosen)
    return money_shown(Decimal(str(fen)), chosen)


@register.filter
def yuan(fen: object, language: str | None = None) -> str:
    """Say an amount to the fen, in yuan, as books and contracts need it: 1,234,567.80."""
    if fen is None or fen == "":
        return nothing(_language(language))
    return f"{Decimal(str(fen)) / 100:,.2f}"


@register.filter
def number(value: object, language: str | None = None) -> str:
    """Say a number with its thousands apart and at most two decimals."""
    if value is None or value == "":
        return nothing(_language(language))
    return plain_number(Decimal(str(value)))


@register.filter
def bp(points: object, language: str | None = None) -> str:
    """Say a rate of basis points in per cent: 365 is 3.65%."""
    if points is None or points == "":
        return nothing(_language(language))
    return f"{Decimal(str(points)) / 100:,.2f}%"


@register.filter
def percent(share: object, language: str | None = None) -> str:
    """Say a share of one in per cent: 0.1097 is 10.97%."""
    if share is None or share == "":
        return nothing(_language(language))
    return f"{plain_number(Decimal(str(share)) * 100)}%"


@register.filter
def day(value: dt.date | str | None, language: str | None = None) -> str:
    """Say a day: 2026-11-20."""
    if not value:
        return nothing(_language(language))
    if isinstance(value, dt.datetime):
        value = value.astimezone(REGION).date()
    text = value if isinstance(value, str) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', text, text)


@register.filter
def moment(value: dt.datetime | None, language: str | None = None) -> str:
    """Say a moment in the region's own time: 2026-11-20 14:03."""
    if not value:
        return nothing(_language(language))
    local = value.astimezone(REGION)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M}"
    )


@register.filter
def age(value: dt.date | dt.datetime | None, today: dt.date) -> str:
    """Say how many days ago a day was, or how far off it is: `{{ due|age:today }}`."""
    language = spoken()
    if not value:
        return nothing(language)
    if isinstance(value, dt.datetime):
        value = value.astimezone(REGION).date()
    days = (today - value).days
    if days == 0:
        return "今天" if language == "zh" else "today"
    count = f"{abs(days):,}"
    if language == "zh":
        return f"{count} 天前" if days > 0 else f"还有 {count} 天"
    unit = "day" if count == "1" else "days"
    return f"{count} {unit} ago" if days > 0 else f"in {count} {unit}"


@register.filter
def short(digest: object, length: int = 12) -> str:
    """Give the beginning of a digest; the whole belongs in the title beside it."""
    text = digest.hex() if isinstance(digest, bytes | memoryview) else str(digest or "")
    return text[:length]


@register.filter
def size(count: int | None) -> str:
    """Say a number of bytes: 1.5 MB."""
    if count is None:
        return nothing(spoken())
    for unit, name in _SIZES:
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count:,} B"
