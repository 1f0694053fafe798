"""Every table's name is a word of the glossary, in both languages."""

from __future__ import annotations

from django.apps import apps

from tests.given import ROOT


def test_every_model_has_its_row_in_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    names = [
        model.__name__
        for app in apps.get_app_configs()
        if app.name.startswith("huoshui.")
        for model in app.get_models()
    ]
    assert len(names) > 30, "the walk found the models"
    assert [name for name in names if f"`{name}`" not in glossary] == []
