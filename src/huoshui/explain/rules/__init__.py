"""A definition told as a rule: what it asks, of whom, with every number cited, for no one firm."""

from huoshui.explain.rules.build import RULE_KINDS, AskedRuleRefusal, rule_report

__all__ = ["RULE_KINDS", "AskedRuleRefusal", "rule_report"]
