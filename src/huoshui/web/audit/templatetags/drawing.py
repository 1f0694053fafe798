"""What a page draws: icons, a score's bar, dressed inputs, charts with their tables, diagrams.

Nothing here writes a style or a script into the page: the policy for content forbids both, so
drawings are SVG with plain attributes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from huoshui.web.audit.rules.charts import Chart
from huoshui.web.audit.rules.diagram import Diagram
from huoshui.web.audit.templatetags.said import page_language

register = template.Library()

_BAR = 400  # units of a bar's width; its height is 12


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite; words beside it say what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def score_bar(low: object, high: object, most: object) -> SafeString:
    """Draw a score on its scale; between the least and the most it may become, hatch the bar."""
    whole = Decimal(str(most or 0))
    if not whole or low is None or high is None:
        return mark_safe('<svg class="bar" viewBox="0 0 400 12"><rect class="bar-all"/></svg>')
    left, right = (float(Decimal(str(x)) / whole * _BAR) for x in (low, high))
    marks = "".join(
        f'<line class="bar-mark" x1="{x}" x2="{x}" y1="0" y2="12"/>' for x in (100, 200, 300)
    )
    return mark_safe(  # numbers of our own only
        f'<svg class="bar" viewBox="0 0 {_BAR} 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="bar-all" width="{_BAR}" height="12"/>'
        f'<rect class="bar-sure" width="{left:.1f}" height="12"/>'
        f'<rect class="bar-open" x="{left:.1f}" width="{max(right - left, 0):.1f}" height="12"/>'
        f"{marks}</svg>"
    )


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Render a form field's input dressed for the page and tied to its help and its problems."""
    kind = getattr(field.field.widget, "input_type", "textarea")
    look = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}
    attrs = {"class": look.get(kind, "form-control")}
    if field.errors:
        attrs["class"] += " is-invalid"
        attrs["aria-invalid"] = "true"
    described = [f"{field.auto_id}-{x}" for x in ("help", "errors") if _has(field, x)]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def _has(field: BoundField, what: str) -> bool:
    return bool(field.errors if what == "errors" else field.help_text)


@register.inclusion_tag("parts/chart.html", takes_context=True)
def chart(context: Context, drawn: Chart) -> Mapping[str, object]:
    """Draw a chart with its sentence and its table; a `Chart` has all three or is refused."""
    language = page_language(context)
    return {
        "chart": drawn,
        "data": mark_safe(_json(drawn.to_dict(language))),
        "rows": drawn.shown_rows(language),
        "language": language,
    }


def _json(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@register.filter
def zipped(left: Iterable[Any], right: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Pair the cells of a row with their columns."""
    return list(zip(left, right, strict=True))


@register.inclusion_tag("parts/diagram.html", takes_context=True)
def diagram(context: Context, drawn: Diagram) -> Mapping[str, object]:
    """Draw states and the ways between them, with the ways in a table beneath."""
    wide, tall = drawn.size()
    names = {node.id: node.label for node in drawn.nodes}
    return {
        "diagram": drawn,
        "boxes": drawn.boxes(),
        "lines": drawn.lines(),
        "wide": wide,
        "tall": tall,
        "ways": [(names[w.source], w.label, names[w.target]) for w in drawn.ways],
        "language": page_language(context),
    }
