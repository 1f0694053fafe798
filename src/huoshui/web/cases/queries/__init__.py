"""What is read of cases, decisions and quotas."""

from huoshui.web.cases.queries.decisions import decision_inputs

__all__ = ["decision_inputs"]
