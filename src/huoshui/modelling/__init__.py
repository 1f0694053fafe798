"""Modelling: scorecards fitted to outcomes, validated on rows held out, saved as ratings.

Fitting needs the extra `huoshui[modelling]`; a fitted card needs none of it.
"""

from huoshui.modelling.fitting import Fitted, fit, fitted_save
from huoshui.modelling.scoring import card_at, score_table

__all__ = ["Fitted", "card_at", "fit", "fitted_save", "score_table"]
