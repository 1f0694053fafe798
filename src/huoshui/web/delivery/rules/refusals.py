"""Why a job ends without its effect, or is not tried again, the weightiest first."""

from __future__ import annotations

from typing import Any

from huoshui.kernel.errors import Problem, Refusal


class JobRefusal(Refusal):
    """Why a job was not done."""

    NO_SUCH_TASK = (
        "Nobody here does {task}.",
        "The job was asked by another version of the program; ask again.",
        "没有处理“{task}”的程序。",
        "该任务由其他版本的程序提出，请重新发起。",
    )
    WORKER_DIED = (
        "The process doing this died {attempts} times.",
        "Look whether memory is short, then try again from the page of dead letters.",
        "处理此任务的进程已异常终止 {attempts} 次。",
        "请检查内存是否不足，然后在死信页面重试。",
    )
    BROKE = (
        "The work broke off: {kind} at {place}.",
        "It is tried again by itself; if it is given up, an operator may retry it.",
        "处理中断：{kind}（{place}）。",
        "系统会自动重试；停止重试后，运营人员可手动重试。",
    )
    NOT_ENDED_BADLY = (
        "This has not failed, so there is nothing to try again.",
        "Look at how it stands now; somebody may have retried it before you.",
        "它并未失败，无需重试。",
        "请查看当前状态；可能已有人先行重试。",
    )


def as_data(problems: tuple[Problem, ...]) -> dict[str, Any]:
    """Give the weightiest problem as a job keeps it, with the others behind it."""
    first, *others = [
        {**problem.to_dict(), **({"zh": list(problem.zh)} if problem.zh else {})}
        for problem in problems
    ]
    return {**first, "also": others} if others else first


def broken_off(error: BaseException) -> Problem:
    """Say where the unforeseen happened; what an exception says may hold people's data."""
    place = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "huoshui" in file:
            place = f"{file.rsplit('huoshui/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return JobRefusal.BROKE.problem(kind=type(error).__name__, place=place)
