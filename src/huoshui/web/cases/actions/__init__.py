"""What is written of cases: every step of every process goes through `moving.case_move`."""

from huoshui.web.cases.actions import effects

__all__ = ["effects"]
