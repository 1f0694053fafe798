"""What kinds of institution are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from huoshui.policy.schema.roles import InstitutionKind

KINDS: Mapping[str, Mapping[str, str]] = {
    "bank": {"zh": "银行", "en": "Bank"},
    "guarantor": {"zh": "担保机构", "en": "Guarantor"},
    "insurer": {"zh": "保险公司", "en": "Insurer"},
    "fund_manager": {"zh": "基金管理人", "en": "Fund manager"},
    "lessor": {"zh": "租赁公司", "en": "Lessor"},
    "government": {"zh": "政府部门", "en": "Government office"},
    "exchange": {"zh": "交易场所", "en": "Exchange"},
    "park": {"zh": "园区", "en": "Park"},
    "core_enterprise": {"zh": "核心企业", "en": "Core enterprise"},
}
"""Every kind that packs may name, and no other."""

assert set(KINDS) == set(get_args(InstitutionKind)), "a kind without a name, or a name too many"
