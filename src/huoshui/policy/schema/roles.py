"""Roles: who may do what for whom.  Python knows permissions; only packs know roles.

The list of permissions is closed, because each one is asked for somewhere in the program; which
role holds which is policy and stands in `packs/**/roles/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from huoshui.policy.schema.parts import Cite, Definition, Identifier, Label

InstitutionKind = Literal[
    "bank",
    "guarantor",
    "insurer",
    "fund_manager",
    "lessor",
    "government",
    "exchange",
    "park",
    "core_enterprise",
]
"""What kinds of institution there are."""

Party = Literal["subject", "institution", "operator", "person"]
"""Whom somebody acts for: a subject, an institution, the platform's operator, or themselves."""


class Role(Definition):
    """A set of permissions that a membership gives, for one kind of party."""

    party: Party
    institution_kinds: tuple[InstitutionKind, ...] = ()  # empty: any
    subject_kinds: tuple[Identifier, ...] = ()  # words of subject_kind; empty: any
    may: tuple[str, ...]  # words of PERMISSIONS
    cite: Cite


@dataclass(frozen=True)
class Permission:
    """What a permission is called, and the parties that may hold it at all."""

    label: Label
    parties: tuple[Party, ...]


def _permission(zh: str, en: str, *parties: Party) -> Permission:
    return Permission(Label(zh=zh, en=en), parties)


PERMISSIONS: Mapping[str, Permission] = {
    "profile.read": _permission("查看画像", "read the profile", "subject", "institution"),
    "offers.read": _permission("查看可得支持", "read the offers", "subject"),
    "need.state": _permission("发布需求", "state a need", "subject"),
    "need.withdraw": _permission("撤回需求", "withdraw a need", "subject"),
    "need.read": _permission("查看需求", "read needs", "subject", "institution"),
    "need.answer": _permission("响应需求", "answer a need", "institution"),
    "case.open": _permission("起草申请", "draft an application", "subject"),
    "case.read": _permission("查看申请", "read applications", "subject", "institution"),
    "case.submit": _permission("提交申请", "submit an application", "subject"),
    "case.supply": _permission("补充材料", "supply what is asked for", "subject"),
    "case.withdraw": _permission("撤回申请", "withdraw an application", "subject"),
    "case.accept": _permission("接受批复", "accept or decline an approval", "subject"),
    "case.take": _permission("受理申请", "take up an application", "institution"),
    "case.ask": _permission("要求补充", "ask for more", "institution"),
    "case.decide": _permission("审批申请", "decide an application", "institution"),
    "case.approve": _permission("复核审批", "give the second pair of eyes", "institution"),
    "subsidy.claim": _permission("申领补贴", "claim a subsidy", "subject"),
    "subsidy.read": _permission("查看本单位补贴", "read what its subsidies come to", "institution"),
    "subsidy.check": _permission("核验补贴申领", "check a claim for a subsidy", "institution"),
    "subsidy.decide": _permission("审批补贴申领", "decide a claim for a subsidy", "institution"),
    "subsidy.pay": _permission("拨付补贴", "pay a subsidy out", "institution"),
    "listing.propose": _permission("申报入库产品", "propose a product for the list", "institution"),
    "listing.check": _permission("核验入库产品", "check a proposed product", "institution"),
    "listing.decide": _permission("决定产品入库", "decide what is listed", "institution"),
    "consent.give": _permission("授权查询", "give consent", "subject", "person"),
    "consent.withdraw": _permission("撤回授权", "withdraw consent", "subject", "person"),
    "consent.read": _permission(
        "查看授权", "read consents and reads under them", "subject", "person", "institution"
    ),
    "prospects.read": _permission("查看潜在客户", "read prospects", "institution"),
    "offering.read": _permission("查看本机构产品", "read its own offerings", "institution"),
    "quota.read": _permission("查看额度", "read quotas", "institution"),
    "quota.set": _permission("设定额度", "set a quota", "institution"),
    "agreement.read": _permission("查看协议", "read agreements", "subject", "institution"),
    "agreement.confirm": _permission("确认放款条件", "confirm a condition is met", "institution"),
    "loan.service": _permission(
        "办理放款还款", "draw loans, take payments, charge costs and reverse them", "institution"
    ),
    "loan.relieve": _permission(
        "办理展期减免核销", "extend, renew, relieve, class and write off loans", "institution"
    ),
    "facility.adjust": _permission(
        "调整冻结授信", "set, freeze, release and cancel limits", "institution"
    ),
    "statement.read": _permission("查看对账", "read statements and breaks", "institution"),
    "statement.take": _permission(
        "提交对账单", "send in statements and work breaks off", "institution"
    ),
    "break.confirm": _permission(
        "复核对账", "confirm what another proposes about a break", "institution"
    ),
    "payment.ask": _permission("发起付款指令", "ask a bank to pay", "institution"),
    "payment.release": _permission(
        "放行付款指令", "release payments that another asked for", "institution"
    ),
    "member.admit": _permission("管理本单位成员", "admit members", "subject", "institution"),
    "decision.replay": _permission("重演审批", "replay a decision", "institution", "operator"),
    "record.read": _permission(
        "查看存证", "read the record", "subject", "person", "institution", "operator"
    ),
    "record.verify": _permission("校验存证", "verify the record", "operator"),
    "record.erase": _permission("删除存证详情", "erase a payload of the record", "operator"),
    "feed.read": _permission("查看数据接入", "read the feeds", "operator"),
    "feed.upload": _permission("上传数据", "upload raw rows", "operator"),
    "quarantine.read": _permission("查看隔离数据", "read the quarantine", "operator"),
    "quarantine.repair": _permission("修复隔离数据", "repair quarantined rows", "operator"),
    "identity.read": _permission("查看身份认定", "read uncertain pairs", "operator"),
    "identity.review": _permission("认定身份", "decide uncertain pairs", "operator"),
    "run.ask": _permission("发起计算", "ask for a run", "operator"),
    "jobs.read": _permission("查看任务", "read jobs", "operator"),
    "jobs.retry": _permission("重试任务", "retry a dead job", "operator"),
    "pack.read": _permission("查看政策包", "read the packs in force", "operator", "institution"),
    "pack.draft": _permission("起草政策变更", "draft a change of the packs", "operator"),
    "pack.shadow": _permission("影子运行", "run a draft in shadow", "operator"),
    "pack.publish": _permission("发布政策包", "publish packs", "operator"),
    "institution.admit": _permission("接纳机构", "admit an institution", "operator"),
    "subject.admit": _permission("接纳主体", "admit a subject", "operator"),
    "numbers.read": _permission("查看统计", "read counts of the region", "operator"),
}
"""Every permission there is, by the word that code and roles use."""
