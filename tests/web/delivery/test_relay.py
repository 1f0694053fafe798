"""Messages reach inboxes once and webhooks at least once with one key; others never see them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.actions import relay
from huoshui.web.delivery.actions.outbox import message_read, message_send, outgoing_retry
from huoshui.web.delivery.models import Message, Webhook
from huoshui.web.delivery.queries import messages
from huoshui.web.delivery.rules import signing
from huoshui.web.delivery.rules.patience import WEBHOOK_ATTEMPTS_MOST
from tests.web.delivery.given import AT, TOLD, later, officer, operator, outgoing_now, owner, sent

Switch = Callable[[str], None]
SECRET = "between us two"


class Hook:
    """A receiver in a process of its own, and what it was sent."""

    def __init__(self, folder: Path, *moods: str) -> None:
        self.log = folder / f"{uuid4().hex}.jsonl"
        command = [sys.executable, str(Path(__file__).with_name("receiver.py")), str(self.log)]
        self.process = subprocess.Popen([*command, *moods], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}/hook"

    @property
    def got(self) -> list[dict[str, Any]]:
        """Give what it was sent."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Callable[..., Hook]]:
    started: list[Hook] = []

    def start(*moods: str) -> Hook:
        started.append(Hook(tmp_path, *moods))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        assert each.process.stdout is not None
        each.process.stdout.close()


def hooked(institution: UUID, url: str) -> None:
    with acting(SYSTEM):
        Webhook.objects.create(institution_id=institution, url=url, secret=SECRET)


def test_a_message_reaches_the_inbox_once_however_often_it_is_sent_or_relayed(
    database: object, switch_role: Switch
) -> None:
    receiver_, sender = owner(), officer()
    sent(sender, subject=receiver_.subject)
    sent(sender, subject=receiver_.subject)
    switch_role("jobs")
    assert (relay.deliver_due(at=AT), relay.deliver_due(at=AT)) == (1, 0)
    with acting(SYSTEM):  # as if the relay had died before it noted what it had delivered
        from huoshui.web.delivery.models import Outgoing

        Outgoing.objects.update(sent_at=None)
    relay.deliver_due(at=AT)
    switch_role("web")
    with acting(receiver_):
        (message,) = messages.inbox(receiver_)
        assert (message.body, messages.unread_count(receiver_)) == (TOLD, 1)
        assert messages.link_of(receiver_, message.id) == "/applications/1"
        message_read(receiver_, at=AT, id=message.id)
        assert messages.unread_count(receiver_) == 0


def test_a_message_of_a_deed_that_is_undone_is_never_sent(database: object) -> None:
    sender = officer()
    with acting(sender):
        message_send(sender, at=AT, topic="t.t", body=TOLD, key="1", person=uuid4())
        transaction.set_rollback(True)
    assert outgoing_now(operator()) == []


def test_sending_wakes_the_relay_once_for_all_that_waits(database: object) -> None:
    sent(officer(), "1", person=uuid4())
    sent(officer(), "2", person=uuid4())
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs")
        assert cursor.fetchall() == [("delivery.relay",)]


def test_others_messages_and_webhooks_are_invisible(database: object, switch_role: Switch) -> None:
    mine, theirs, bank = owner(), owner(), officer()
    sent(bank, subject=mine.subject)
    sent(mine, "2", institution=bank.institution)
    switch_role("jobs")
    relay.deliver_due(at=AT)
    hooked(bank.institution, "http://127.0.0.1:9/")
    switch_role("web")
    for viewer, count in ((mine, 1), (bank, 1), (theirs, 0), (officer(), 0), (operator(), 0)):
        with acting(viewer):
            assert Message.objects.count() == count
            assert Webhook.objects.count() == (1 if viewer is bank else 0)
            assert Message.objects.update(read_at=AT) == count


def test_a_webhook_gets_a_signed_event_beside_the_inbox(
    database: object, switch_role: Switch, receiver: Callable[..., Hook]
) -> None:
    bank, hook = officer(), receiver("ok")
    sent(owner(), institution=bank.institution)
    switch_role("jobs")
    hooked(bank.institution, hook.url)
    assert relay.deliver_due(at=AT) == 2
    (got,) = hook.got
    body = got["body"].encode()
    assert signing.is_signed(SECRET, body, got["headers"]["Huoshui-Signature"], now=AT.timestamp())
    event = json.loads(body)
    assert (event["type"], event["data"], event["id"]) == (
        "case.taken",
        TOLD,
        got["headers"]["Idempotency-Key"],
    )
    assert relay.deliver_due(at=later(7200)) == 0


def test_a_receiver_in_bad_moods_gets_the_same_key_until_it_answers(
    database: object,
    switch_role: Switch,
    receiver: Callable[..., Hook],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "WEBHOOK_PATIENCE_SECONDS", 1)
    bank, hook = officer(), receiver("500", "drop", "slow", "moved", "ok")
    sent(owner(), institution=bank.institution)
    switch_role("jobs")
    hooked(bank.institution, hook.url)
    waited = []
    now = AT
    for _ in range(5):
        relay.deliver_due(at=now)
        (row,) = [each for each in outgoing_now(SYSTEM) if each.channel == "webhook"]
        waited.append((row.next_at - now).total_seconds())
        before = len(hook.got)
        relay.deliver_due(at=now)  # not due yet: nobody is bothered
        assert len(hook.got) == before
        now = row.next_at
    assert waited[:4] == [5, 10, 20, 40]
    assert row.sent_at is not None
    assert [got["mood"] for got in hook.got] == ["500", "drop", "slow", "moved", "ok"]
    assert len({got["headers"]["Idempotency-Key"] for got in hook.got}) == 1
    assert len({got["body"] for got in hook.got}) == 1


def test_a_webhook_that_never_answers_is_given_up_and_an_operator_sends_it_again(
    database: object, switch_role: Switch, receiver: Callable[..., Hook]
) -> None:
    bank, boss, hook = officer(), operator(), receiver("500")
    sent(owner(), institution=bank.institution)
    switch_role("jobs")
    hooked(bank.institution, hook.url)
    for nth in range(WEBHOOK_ATTEMPTS_MOST + 3):
        relay.deliver_due(at=later(3600 * nth))
    assert len(hook.got) == WEBHOOK_ATTEMPTS_MOST
    switch_role("web")
    (dead,) = [each for each in outgoing_now(boss) if each.dead_at]
    assert dead.problem == "HTTP 500"
    with acting(boss):
        outgoing_retry(boss, at=later(3600 * 30), id=dead.id)
    switch_role("jobs")
    relay.deliver_due(at=later(3600 * 30))
    assert len(hook.got) == WEBHOOK_ATTEMPTS_MOST + 1


def test_a_failing_receiver_does_not_keep_another_waiting(
    database: object, switch_role: Switch, receiver: Callable[..., Hook]
) -> None:
    bad, good = officer(), officer()
    broken, working = receiver("500"), receiver("ok")
    for key in ("1", "2", "3"):
        sent(owner(), key, institution=bad.institution)
    sent(owner(), institution=good.institution)
    switch_role("jobs")
    hooked(bad.institution, broken.url)
    hooked(good.institution, working.url)
    relay.deliver_due(at=AT)
    assert (len(broken.got), len(working.got)) == (1, 1)
