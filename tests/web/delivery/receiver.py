"""A receiver of webhooks with bad moods, in a process of its own: `receiver.py LOG MOOD...`.

Each request meets the next mood, the last one for good: `ok`, `500`, `moved`, `drop` (does its
work, then closes the connection without an answer), `slow` (does its work and never answers).
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Receiver(BaseHTTPRequestHandler):
    """Writes down what comes, and answers by its mood."""

    log: Path
    moods: list[str]

    def do_POST(self) -> None:
        """Take a message."""
        mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.log.open("a", encoding="utf-8") as file:
            said = {"mood": mood, "headers": dict(self.headers), "body": body.decode()}
            file.write(json.dumps(said) + "\n")
        if mood == "slow":
            self.rfile.read()  # until the sender gives up
        if mood in ("slow", "drop"):
            self.close_connection = True
            return
        self.send_response({"ok": 204, "moved": 302}.get(mood, 500))
        if mood == "moved":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Say the port, and receive until killed."""
    Receiver.log, Receiver.moods = Path(sys.argv[1]), sys.argv[2:]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
