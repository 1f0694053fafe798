"""Why the ledger refuses, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class LedgerRefusal(Refusal):
    """Why nothing is posted, held or opened."""

    KEY_OF_OTHER = (
        "The key {key} was used for something else on {at}: voucher {voucher}.",
        "Use a key of its own for each deed; a key never expires.",
        "业务号 {key} 已于 {at} 用于另一笔业务：凭证 {voucher}。",
        "每笔业务请使用各自的业务号；业务号永不失效。",
    )
    NOTHING = (
        "There is nothing to post: no entry was given.",
        "Give at least one entry.",
        "没有可记账的分录。",
        "请至少给出一笔分录。",
    )
    NOT_ABOVE_NOTHING = (
        "Entry {n} is of {amount_fen} fen; an amount is above nothing and at most {most_fen}.",
        "Give a whole number of fen above 0; to take something back, turn debit and credit.",
        "第 {n} 笔分录金额为 {amount_fen} 分；金额须大于零且不超过 {most_fen} 分。",
        "请给出大于零的整数分；冲回请交换借贷方。",
    )
    SAME_ACCOUNT = (
        "Entry {n} debits and credits one account, {account}.",
        "Name two different accounts.",
        "第 {n} 笔分录的借贷方为同一账户 {account}。",
        "请填写两个不同的账户。",
    )
    CURRENCIES_DIFFER = (
        "Entry {n} is between {debit} and {credit}: one transfer has one currency.",
        "Post each currency by itself.",
        "第 {n} 笔分录的币种为 {debit} 与 {credit}：一笔转账只能有一种币种。",
        "请按币种分别记账。",
    )
    NOT_IN_CHART = (
        "No chart of accounts has {code}.",
        "Use a code of packs/*/charts, or add it there with its citation.",
        "会计科目表中没有 {code}。",
        "请使用 packs/*/charts 中的科目，或附出处添加。",
    )
    AGREEMENT_NEEDED = (
        "{code} is kept for each agreement, and none is named.",
        "Name the agreement.",
        "科目 {code} 按协议分户，但未指明协议。",
        "请指明协议。",
    )
    NO_AGREEMENT_WANTED = (
        "{code} is kept for the institution as a whole, not for agreement {agreement}.",
        "Leave the agreement out.",
        "科目 {code} 为机构汇总科目，不按协议 {agreement} 分户。",
        "请勿填写协议。",
    )
    NOT_YOURS = (
        "An account is not the institution's, or not yours to post to.",
        "Post for the institution that you act for.",
        "账户不属于该机构，或您无权记账。",
        "请为您所代表的机构记账。",
    )
    OVERDRAWN = (
        "{account} would stand at {after_fen} fen, below its floor of {floor_fen} fen.",
        "Post at most what is available; holds count against it.",
        "{account} 余额将为 {after_fen} 分，低于下限 {floor_fen} 分。",
        "记账金额不得超过可用余额；冻结金额已扣除。",
    )
    NO_HOLD = (
        "There is no voucher {hold} that holds anything.",
        "Name the voucher that `transfers_hold` gave.",
        "凭证 {hold} 并非冻结凭证，或不存在。",
        "请使用冻结时返回的凭证号。",
    )
    HOLD_ENDED = (
        "Voucher {hold} was posted or let go already.",
        "Nothing is held any more; hold anew.",
        "凭证 {hold} 的冻结已入账或已解除。",
        "已无冻结金额，请重新冻结。",
    )
    ABOVE_HOLD = (
        "Line {n} of voucher {hold} holds {held_fen} fen, less than {amount_fen}.",
        "Post at most what is held; hold more first.",
        "凭证 {hold} 第 {n} 行冻结 {held_fen} 分，少于 {amount_fen} 分。",
        "入账金额不得超过冻结金额；请先追加冻结。",
    )
    NO_VOUCHER = (
        "There is no voucher {voucher}, or it is not yours to see.",
        "Name a voucher of your own institution.",
        "没有凭证 {voucher}，或您无权查看。",
        "请使用本机构的凭证号。",
    )
    REVERSED_ALREADY = (
        "Voucher {voucher} was reversed already.",
        "Nothing is left to reverse; post what is still wrong as a new voucher.",
        "凭证 {voucher} 已被冲正。",
        "无需再冲正；如仍有误，请另行记账。",
    )
    NOT_REVERSIBLE = (
        "Voucher {voucher} holds money or resolves a hold, and is not reversed.",
        "Post the hold or let it go; reverse the voucher that it became.",
        "凭证 {voucher} 为冻结类凭证，不能冲正。",
        "请将冻结入账或解除；冲正由此形成的入账凭证。",
    )
    NOT_SETTLED = (
        "Batch {known} may still grow: settled is all up to {settled}.",
        "Ask for {settled} or an earlier batch, or wait for running transactions.",
        "批次 {known} 尚未定局：已定局至 {settled}。",
        "请查询 {settled} 或更早的批次，或等待正在运行的事务。",
    )
    COLUMNS_MISSING = (
        "The table of transfers lacks {columns}.",
        "Give debit, credit (numbers of accounts), amount_fen and book.",
        "转账表缺少列：{columns}。",
        "请给出 debit、credit（账户号）、amount_fen 与 book 列。",
    )
    OF_SEVERAL = (
        "Of several vouchers asked for together it is {key}; none of them was posted.",
        "Put it right or leave it out, and post the others again under the same keys.",
        "一并提交的多张凭证中，有误的是 {key}；全部未入账。",
        "请更正或剔除该凭证，其余以原业务号重新提交。",
    )
    NO_RULE = (
        "The posting rules {posting} say nothing of {event}.",
        "Use an event of packs/*/postings/{posting}.yaml, or add it there with its citation.",
        "记账规则 {posting} 未规定 {event}。",
        "请使用 packs/*/postings/{posting}.yaml 中的事件，或附出处添加。",
    )
    AMOUNTS_DIFFER = (
        "{event} is posted by its {wanted}; given were: {given}.",
        "Give each of the event's amounts, 0 where there is none of it.",
        "{event} 应给出金额：{wanted}；实际给出：{given}。",
        "请给出该事件的每一项金额，没有的填 0。",
    )
    PARTS_DIFFER = (
        "{whole} of {event} is {whole_fen} fen, and its parts make {parts_fen}.",
        "Give parts that make the whole.",
        "{event} 的 {whole} 为 {whole_fen} 分，各部分之和为 {parts_fen} 分。",
        "各部分之和须等于总额。",
    )
