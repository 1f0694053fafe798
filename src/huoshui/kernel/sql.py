"""Names and text written as SQL writes them, whatever characters they hold.

>>> quoted("注册资金")
'"注册资金"'
>>> literal("it's")
"'it''s'"
"""

from __future__ import annotations


def quoted(name: str) -> str:
    """Write a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write text."""
    return "'" + text.replace("'", "''") + "'"
