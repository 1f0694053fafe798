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
