"""The fictional region: raw tables of every item, dirty on purpose, with their truth kept apart."""

from huoshui.synth.dirt import Dirt
from huoshui.synth.making import MadeSummary, make

__all__ = ["Dirt", "MadeSummary", "make"]
