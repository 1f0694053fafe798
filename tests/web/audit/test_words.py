"""What the record says was done has words in both languages, wherever an app enters it."""

from __future__ import annotations

import re

from huoshui.web.audit.rules.words import DEEDS, THINGS, action_label, deeds_named
from tests.given import ROOT

ENTERED = re.compile(r'action="([a-z_]+)\.([a-z_]+)"')
KIND = re.compile(r'object_kind="([a-z_]+)"')
ENTERING = "entry_add"


def sources() -> list[str]:
    texts = [path.read_text("utf-8") for path in (ROOT / "src/huoshui/web").rglob("*.py")]
    return [text for text in texts if ENTERING in text]


def test_every_thing_that_the_record_tells_of_has_a_name() -> None:
    named = {kind for text in sources() for kind in KIND.findall(text)}
    assert len(named) > 20
    assert named - set(THINGS) == set()


def test_every_action_that_is_entered_by_its_name_has_words() -> None:
    found = {pair for text in sources() for pair in ENTERED.findall(text)}
    assert len(found) > 20
    assert {thing for thing, _ in found} - set(THINGS) == set()
    assert {deed for _, deed in found} - set(DEEDS) == set()


def test_what_an_app_calls_its_own_deeds_goes_first() -> None:
    deeds_named("kite", {"made": {"zh": "放飞", "en": "was flown"}})
    assert action_label("kite.made") == {"zh": "kite · 放飞", "en": "kite · was flown"}
    assert action_label("kite.kept") == {"zh": "kite · 留存", "en": "kite · kept"}
