"""Why something is not taken in, repaired or run, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class UploadRefusal(Refusal):
    """Why an uploaded file is not taken."""

    UNKNOWN_FEED = (
        "There is no feed {feed} in the packs in force.",
        "Choose a feed from the list.",
        "现行政策包中没有数据源 {feed}。",
        "请从列表中选择数据源。",
    )
    NOT_BY_FILE = (
        "The feed {feed} reads a database and takes no files.",
        "Run `huoshui ingest --feed {feed}` where the database can be reached.",
        "数据源 {feed} 直接读取数据库，不接收文件。",
        "请在能访问该数据库的环境中运行 `huoshui ingest --feed {feed}`。",
    )
    NO_FILE = (
        "No file was chosen.",
        "Choose the file to send.",
        "未选择文件。",
        "请选择要上传的文件。",
    )
    EMPTY = (
        "The file {file} is empty.",
        "Ask the source to send it again.",
        "文件 {file} 是空的。",
        "请数据提供方重新发送。",
    )
    TOO_LARGE = (
        "The file {file} is larger than {most} MB.",
        "Take it in on the server with `huoshui ingest`, or send it in parts.",
        "文件 {file} 超过 {most} MB。",
        "请在服务器上用 `huoshui ingest` 接入，或分批上传。",
    )
    WRONG_KIND = (
        "The file {file} is no {format}: by its content it is {kind}.",
        "Send the file in the format {format}; renaming it does not change what it is.",
        "文件 {file} 不是 {format} 格式：按内容看是 {kind}。",
        "请按 {format} 格式提供；改扩展名不能改变文件内容。",
    )
    TAKEN_BEFORE = (
        "These very bytes were taken before, as {file} on {day}; nothing changes by taking "
        "them again.",
        "Look at what became of them on the feed's page.",
        "内容完全相同的文件已于 {day} 以 {file} 为名接收，再次接收不会带来变化。",
        "请在该数据源页面查看其处理结果。",
    )


class RepairRefusal(Refusal):
    """Why a repaired row is not sent in."""

    NO_SUCH_ROW = (
        "Batch {batch} set no row {row} aside.",
        "Go back to the list of rows set aside and choose one there.",
        "批次 {batch} 没有隔离第 {row} 行。",
        "请返回隔离数据列表重新选择。",
    )
    RESOLVED = (
        "Row {row} of batch {batch} was dealt with already, in batch {resolved}.",
        "Look at the row as it is now in batch {resolved}.",
        "批次 {batch} 第 {row} 行已在批次 {resolved} 中处理。",
        "请查看批次 {resolved} 中的现状。",
    )
    NO_SUCH_COLUMN = (
        "The row has no column {column}.",
        "Change only the columns that the form shows.",
        "该行没有“{column}”列。",
        "请只修改表单中列出的列。",
    )
    UNCHANGED = (
        "Nothing was changed, so the row would be set aside again.",
        "Correct the marked field first.",
        "没有任何修改，该行仍会被隔离。",
        "请先更正标出的字段。",
    )
    STILL_WRONG = (
        "The row is set aside again, now in batch {batch}: {message}",
        "{fix}",
        "该行再次被隔离，现位于批次 {batch}：{message}",
        "{fix}",
    )


class RunRefusal(Refusal):
    """Why nothing is run or published."""

    NO_FACTS = (
        "No batch has come in, so there is nothing to run over.",
        "Take in a file first.",
        "尚无任何批次，没有可计算的数据。",
        "请先接入数据文件。",
    )
    IN_FORCE = (
        "These packs are in force already, published on {day}.",
        "Change a pack, and start the platform with it, before publishing.",
        "这些政策包已于 {day} 发布，现正有效。",
        "请先修改政策包并重启平台，再发布。",
    )
