"""The fictional region grown to a city: its neighbourhoods, offices, tables and truth."""

from huoshui.synth.city.making import CitySummary, make_city

__all__ = ["CitySummary", "make_city"]
