"""A process that is kept running beside ours, with a log of its own, and ends when we end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from huoshui.kernel.errors import Refusal, Where
from huoshui.web.project.lifeline import end_with_parent

RESTARTS_MOST, RESTARTS_WITHIN = 5, 60.0
LOG_BYTES_MOST = 10 * 2**20
WORDS_MOST = 400
ERROR = re.compile(r"[\w.]*(Error|Exception|Refused): ")


class ChildRefusal(Refusal):
    """Why a process is given up."""

    KEEPS_STOPPING = (
        "The {name} process stopped {times} times within a minute; its last words: {words}",
        "Read {log}, put right what it says, and start again; nothing committed is lost.",
        "{name} 进程一分钟内停止了 {times} 次；最后的输出：{words}",
        "请查看日志 {log}，排除问题后重新启动；已提交的数据不会丢失。",
    )


@dataclass
class Child:
    """What to run, with which environment, and where its words go."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ended: list[float] = field(default_factory=list)
    again_at: float | None = None  # when to start it again

    def start(self) -> None:
        """Start it, in a session of its own: an interrupt in the terminal is for us alone."""
        self.log.parent.mkdir(exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MOST:
            self.log.rename(self.log.with_suffix(".log.1"))
        self.again_at = None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid(), signal.SIGTERM),
            )

    def watch(self) -> None:
        """Start it again if it ended, a little later each time; refuse if it keeps ending."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start()
            return
        if self.process is None or self.process.poll() is None:
            return
        self._sweep()
        self.ended = [t for t in self.ended if now - t < RESTARTS_WITHIN] + [now]
        if len(self.ended) > RESTARTS_MOST:
            raise ChildRefusal.KEEPS_STOPPING.refuse(
                where=Where(str(self.log)),
                name=self.name,
                times=len(self.ended),
                words=self.last_words(),
                log=self.log,
            )
        self.again_at = now + 0.1 * 2 ** len(self.ended)

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, seconds: float) -> None:
        """Wait for its end, and take it by force when the time is over."""
        self.ask_to_stop()
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._sweep()
        self.process.wait()

    def last_words(self) -> str:
        """Give what it complained of last: an error if one is there, else the last line."""
        text = self.log.read_bytes()[-20_000:] if self.log.exists() else b""
        lines = [w for w in text.decode("utf-8", "replace").splitlines() if w[:1].strip()]
        errors = [line for line in lines if ERROR.match(line)]
        return ([*lines, *errors][-1] if lines else "none")[:WORDS_MOST]

    def _sweep(self) -> None:
        """End whatever is left of its session: children of a killed parent would keep its port."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
