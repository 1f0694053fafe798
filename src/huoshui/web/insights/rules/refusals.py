"""Why what is known is not loaded or not told, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class InsightRefusal(Refusal):
    """Why a snapshot or a profile is refused."""

    NO_CONSENT = (
        "There is no consent in force under which {name} may read this.",
        "Ask the enterprise to consent; a consent that ended or was withdrawn counts no more.",
        "没有有效授权，{name}不能查询。",
        "请企业授权后再查询；已到期或已撤回的授权不再有效。",
    )
    NO_SNAPSHOT = (
        "No results are published yet.",
        "Ask the operator for a run; it publishes them.",
        "尚未发布任何计算结果。",
        "请运营方发起一次计算，完成后即会发布。",
    )
    NO_ENTITY = (
        "Nothing in the records is known to be about {name}.",
        "Compare the code and the name with the register, and ask the operator to link them.",
        "现有数据中没有查到{name}的记录。",
        "请核对统一社会信用代码与名称，并请运营方建立关联。",
    )
    NO_OFFERING = (
        "There is no offering {offering} in the results that are published.",
        "Go back to the list of offers.",
        "已发布的结果中没有产品“{offering}”。",
        "请返回产品列表重新选择。",
    )
    NOT_READ = (
        "{value} cannot be read here.",
        "Write a number, a day as YYYY-MM-DD, or choose a word; leave it empty for unknown.",
        "无法读取“{value}”。",
        "请填写数字、形如 YYYY-MM-DD 的日期，或选择给出的词；留空表示未知。",
    )
    OTHER_RULES = (
        "The rules {digest} that these results rest on are not kept here.",
        "Restore the folder packs/ of the home, or run again with the packs in force.",
        "这些结果所依据的政策包 {digest} 未存档。",
        "请恢复工作目录下的 packs/，或用现行政策包重新运行。",
    )
    TORN = (
        "The tables of snapshot {snapshot} do not tell of the same entities.",
        "Delete the snapshot's folder and run again.",
        "快照 {snapshot} 的各表主体不一致。",
        "请删除该快照文件夹并重新运行。",
    )


class PairRefusal(Refusal):
    """Why a word on whether a record and an entity are one is not taken, the weightiest first."""

    NO_SUCH_PAIR = (
        "The snapshot in use has no such pair.",
        "Go back to the list; a later run may have settled it.",
        "现用快照中没有这一组记录与主体。",
        "请返回列表查看；可能已由后来的计算解决。",
    )
    NO_FEED = (
        "The packs in force have no feed {feed}, so a decision could not take effect.",
        "Put packs in force that have it.",
        "现行政策包没有数据源 {feed}，认定无法生效。",
        "请先启用包含该数据源的政策包。",
    )
    SAID_MEANWHILE = (
        "{name} said meanwhile, on {day}: {said}. Their reason: {reason}",
        "Read it; the form now holds what was said, so deciding again is deciding knowingly.",
        "{name}已于 {day} 作出认定：{zh_said}。理由：{reason}",
        "请先阅读；表单已包含该认定，如再次提交即为知情后重新认定。",
    )
    OTHER_SAME = (
        "This record was decided to be {other}; it cannot be two entities.",
        "Take that decision back first.",
        "该记录已认定为“{other}”，不能同时属于两个主体。",
        "请先撤回那项认定。",
    )
    SAID_ALREADY = (
        "{name} decided just this already, and it holds.",
        "Wait for the run that follows from it, or decide otherwise.",
        "{name}已作出同样的认定，现仍有效。",
        "请等待随后的计算完成，或作出不同的认定。",
    )
    NOTHING_SAID = (
        "Nothing is decided of this pair, so there is nothing to take back.",
        "Choose one of the other answers.",
        "这一组尚无认定，无可撤回。",
        "请选择其他答案。",
    )
    NO_WORD = (
        "No answer was chosen.",
        "Choose whether the two are one.",
        "未选择认定结论。",
        "请选择两者是否为同一主体。",
    )
    NO_REASON = (
        "A decision needs its reason.",
        "Say what you looked at, for instance the register's page.",
        "认定须写明理由。",
        "请写明依据，例如核对了登记机关的公示信息。",
    )
