"""What actions of the record are called on pages; one without a name here is shown by its code.

An action is `<thing>.<deed>`; the words are put together from both.

>>> action_label("consent.withdrawn")
{'zh': '授权 · 撤回', 'en': 'Consent · withdrawn'}
>>> action_label("kite.flown")
{'zh': 'kite · flown', 'en': 'kite · flown'}
"""

from __future__ import annotations

from collections.abc import Mapping

THINGS = {
    "agreement": ("协议", "Agreement"),
    "agreements": ("协议", "Agreements"),
    "bank_account": ("银行账户", "Bank account"),
    "bank_file": ("银行文件", "File of a bank"),
    "book_part": ("账簿分组", "Part of a book"),
    "break": ("对账差异", "Break"),
    "candidate": ("政策草案", "Draft of packs"),
    "case": ("申请", "Application"),
    "consent": ("授权", "Consent"),
    "consent_request": ("授权请求", "Request for consent"),
    "core": ("核心系统", "Core system"),
    "decision": ("审批决定", "Decision"),
    "difference": ("政策差异", "Difference of packs"),
    "document": ("材料", "Document"),
    "entry": ("存证", "Entry"),
    "feed": ("数据源", "Feed"),
    "financing_application": ("融资申请", "Application"),
    "identity": ("主体认定", "Identity"),
    "institution": ("机构", "Institution"),
    "job": ("任务", "Job"),
    "ledger": ("账簿", "Ledger"),
    "ledger_opening": ("账户开立", "Opening of accounts"),
    "link": ("主体对应", "Link"),
    "match": ("对账配对", "Match"),
    "member": ("成员", "Member"),
    "membership": ("成员", "Membership"),
    "message": ("消息", "Message"),
    "need": ("融资需求", "Need"),
    "outgoing": ("外发消息", "Outgoing message"),
    "pack": ("政策包", "Pack"),
    "page": ("页面", "Page"),
    "pair": ("待认定记录", "Pair in doubt"),
    "payment": ("付款指令", "Payment"),
    "person": ("人员", "Person"),
    "profile": ("画像", "Profile"),
    "quarantine": ("隔离数据", "Quarantine"),
    "quarantined": ("隔离的行", "Row set aside"),
    "quota": ("额度", "Quota"),
    "reconciliation": ("对账", "Reconciliation"),
    "reconciling": ("对账", "Reconciliation"),
    "record": ("存证", "Record"),
    "refused": ("拒绝", "Refused"),
    "run": ("计算", "Run"),
    "seal": ("封存", "Seal"),
    "shadow": ("影子运行", "Shadow"),
    "snapshot": ("快照", "Snapshot"),
    "statement": ("银行对账单", "Bank statement"),
    "subject": ("主体", "Subject"),
    "upload": ("上传", "Upload"),
    "voucher": ("记账凭证", "Voucher"),
}

DEEDS = {
    "accepted": ("接受", "accepted"),
    "accounts_opened": ("开立账户", "accounts opened"),
    "added": ("新增", "added"),
    "admitted": ("准入", "admitted"),
    "answered": ("响应", "answered"),
    "approved": ("批准", "approved"),
    "asked": ("提出", "asked for"),
    "attached": ("启用", "put to use"),
    "begun": ("开始", "begun"),
    "compared": ("比对", "compared"),
    "confirmed": ("确认", "confirmed"),
    "dead": ("停止重试", "given up"),
    "decided": ("认定", "decided"),
    "declined": ("拒绝", "declined"),
    "denied": ("不同意", "denied"),
    "done": ("完成", "done"),
    "drafted": ("起草", "drafted"),
    "dropped": ("放弃", "dropped"),
    "edit_removed": ("撤下修改", "change taken out"),
    "edited": ("修改阈值", "threshold changed"),
    "ended": ("终止", "ended"),
    "expired": ("过期", "expired"),
    "failed": ("失败", "failed"),
    "given": ("授予", "given"),
    "given_up": ("停止重试", "given up"),
    "granted": ("授予", "granted"),
    "kept": ("留存", "kept"),
    "linked": ("对应", "linked"),
    "made": ("成立", "made"),
    "matched": ("配对", "matched"),
    "met": ("满足", "met"),
    "night_booked": ("日终记账", "night booked"),
    "opened": ("开立", "opened"),
    "payload_erased": ("删除详情", "payload erased"),
    "posted": ("记账", "posted"),
    "proposed": ("提出审批意见", "proposed"),
    "published": ("发布", "published"),
    "read": ("查看", "read"),
    "recorded": ("记录", "recorded"),
    "repaired": ("修复", "repaired"),
    "replayed": ("重演", "replayed"),
    "retried": ("重试", "retried"),
    "seen": ("查看", "seen"),
    "set": ("设定", "set"),
    "signed_in": ("登录", "signed in"),
    "signed_out": ("退出", "signed out"),
    "stated": ("发布", "stated"),
    "submitted": ("提交", "submitted"),
    "supplied": ("补充", "supplied"),
    "taken": ("受理", "taken up"),
    "undone": ("撤销", "undone"),
    "used_again": ("重新启用", "used again"),
    "verified": ("校验", "verified"),
    "withdrawn": ("撤回", "withdrawn"),
}


_OWN: dict[str, Mapping[str, Mapping[str, str]]] = {}


def deeds_named(thing: str, words: Mapping[str, Mapping[str, str]]) -> None:
    """Let an app say what deeds about its thing are called; it says so where it enters them."""
    _OWN[thing] = words


def action_label(action: str) -> dict[str, str]:
    """Give the words for an action."""
    thing, _, deed = action.partition(".")
    words = [THINGS.get(thing, (thing, thing))]
    own = _OWN.get(thing, {}).get(deed)
    if own is not None:
        words.append((own["zh"], own["en"]))
    elif deed:
        words.append(DEEDS.get(deed, (deed, deed)))
    return {"zh": " · ".join(w[0] for w in words), "en": " · ".join(w[1] for w in words)}


def thing_label(thing: str) -> dict[str, str]:
    """Give the words for a kind of thing."""
    zh, en = THINGS.get(thing, (thing, thing))
    return {"zh": zh, "en": en}
