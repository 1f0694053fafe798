"""Why the record is not sealed, erased or shown, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class RecordRefusal(Refusal):
    """Why something about the record is refused."""

    WITNESS_DISAGREES = (
        "The witness file {file} and the database disagree at seal {seal}; nothing is sealed.",
        "Run `huoshui record verify`.  If the database was restored from a backup on purpose, keep "
        "the file aside and go on with a copy of its first lines, up to the last seal of both.",
        "见证文件 {file} 与数据库在封存 {seal} 处不一致，已停止封存。",
        "请运行 `huoshui record verify`；若数据库系有意从备份恢复，请另存该文件，"
        "并以其开头至双方共有的最后一个封存为止的副本继续。",
    )
    CLUSTER_CHANGED = (
        "The database counts transactions from {now}, below {sealed} which is already sealed.",
        "It was restored into a new cluster: advance its counter with `pg_resetwal -x` past the "
        "sealed one before anything is written.",
        "数据库的事务号为 {now}，低于已封存的 {sealed}。",
        "数据库被恢复到了新的集群：请先用 `pg_resetwal -x` 把事务号推进到已封存者之后再写入。",
    )
    ENTRY_UNKNOWN = (
        "There is no such entry, or it is not yours to see.",
        "Go back to the list of the record.",
        "没有这条存证，或您无权查看。",
        "请返回存证列表。",
    )
    PAYLOAD_GONE = (
        "Entry {entry} has no payload to erase.",
        "Look at the entry: it may have been erased before.",
        "存证 {entry} 没有可删除的详情。",
        "请查看该存证，详情可能早已删除。",
    )
    REASON_MISSING = (
        "An erasure needs its reason.",
        "Say why the payload is erased, for instance the request it follows.",
        "删除须说明理由。",
        "请写明删除理由，例如依据哪一份申请。",
    )
