"""Processes that do what a simulation orders, one line of JSON after another; they may be killed.

A process that was killed is started again and given the same order once more, marked as such:
whatever it had committed must not happen twice.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any


class Helper:
    """A process that answers each line of JSON with one."""

    def __init__(
        self, module: str, environment: dict[str, str], log: Path, words: Sequence[str] = ()
    ) -> None:
        self.module, self.environment, self.log, self.words = module, environment, log, words
        self.process: subprocess.Popen[str] | None = None
        self.killed = 0

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order and its answer."""
        self._send(order)
        return self._answer(order)

    def ask_killed(self, order: dict[str, Any], *, after: float) -> dict[str, Any]:
        """Give an order, kill the process so many seconds later, and give the order again."""
        self._send(order)
        stdout = self._stream("stdout")
        select.select([stdout], [], [], after)  # an answer ends the waiting: killed just after
        self.kill()
        return self.ask({**order, "again": True})

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self._leave()
            self.killed += 1

    def stop(self) -> None:
        """Let it end by itself."""
        if self.process is not None:
            self._stream("stdin").close()
            self._leave()

    def _leave(self) -> None:
        assert self.process is not None, "asked where it runs"
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what was not read by the killed process is lost with it
        self.process = None

    def _send(self, order: dict[str, Any]) -> None:
        if self.process is None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", self.module, str(os.getpid()), *self.words],
                    env=self.environment, text=True, encoding="utf-8",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
        stdin = self._stream("stdin")
        stdin.write(json.dumps(order, ensure_ascii=False) + "\n")
        stdin.flush()

    def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        line = self._stream("stdout").readline()
        if not line:
            words = self.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise RuntimeError(f"{self.module} ended on {order.get('do')}: {' '.join(words)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stream(self, name: str) -> IO[str]:
        stream = getattr(self.process, name)
        assert stream is not None, "it was asked for"
        return stream  # type: ignore[no-any-return]
