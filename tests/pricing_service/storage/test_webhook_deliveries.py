"""A delivery is in the hand of one sender at a time, and anything can be sent again; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from pricing_service.storage import Endpoint, EndpointDisabled, NotFound, Storage
from pricing_service.storage.webhook_deliveries import AT_ONCE, KEPT, LEASE, Due, Settlement
from pricing_service.storage.webhooks import TEST, Outbox
from tests.pricing_service.storage.conftest import Clock

URL = "https://hooks.example.com/"
DELIVERED = Settlement("delivered", {"at": "now", "status": 200, "error": None})


class Post:
    """An endpoint, what happens, and what is taken."""

    def __init__(self, storage: Storage, workspace: str, clock: Clock) -> None:
        self.storage, self.workspace, self.clock = storage, workspace, clock
        self.deliveries = storage.webhook_deliveries
        self.endpoint = self.new_endpoint()

    def new_endpoint(self) -> Endpoint:
        wanted = ["price_book.published"]
        return self.storage.webhook_endpoints.create(self.workspace, url=URL, events=wanted, by="Ada")

    def happen(self) -> str:
        self.clock.move(seconds=1)
        with self.storage.database.writing() as connection:
            return Outbox(self.clock).add(connection, self.workspace, type="price_book.published", data={})

    def take(self) -> Due:
        due = self.deliveries.claim()
        assert due is not None
        return due

    def settle(self, due: Due, settlement: Settlement = DELIVERED) -> bool:
        return self.deliveries.settle(self.workspace, due, settlement)

    def status(self, event: str, endpoint: Endpoint | None = None) -> str:
        return self.deliveries.get(self.workspace, (endpoint or self.endpoint).id, event).status


@pytest.fixture
def post(storage: Storage, workspace: str, clock: Clock) -> Post:
    return Post(storage, workspace, clock)


def test_what_is_in_one_hand_is_not_given_to_another_until_the_lease_ends(post: Post) -> None:
    event = post.happen()

    due = post.take()
    assert (due.event_id, due.endpoint, due.tried) == (event, post.endpoint, 0)
    assert post.deliveries.claim() is None
    post.clock.now += LEASE
    again = post.take()
    assert (again.event_id, again.lease != due.lease) == (event, True)


def test_who_comes_back_after_its_lease_writes_nothing(post: Post) -> None:
    event = post.happen()
    slow = post.take()
    post.clock.now += LEASE
    quick = post.take()

    assert not post.settle(slow, Settlement("failed", {}, disable="gone"))
    assert post.status(event) == "waiting"
    assert post.settle(quick)
    assert post.status(event) == "delivered"
    assert post.storage.webhook_endpoints.get(post.workspace, post.endpoint.id).disabled is None


def test_senders_at_once_never_take_the_same(post: Post) -> None:
    for _ in range(4):
        post.new_endpoint()
    post.happen()

    with ThreadPoolExecutor(8) as pool:
        taken = [due for due in pool.map(lambda _: post.deliveries.claim(), range(16)) if due]

    assert len(taken) == len({due.endpoint.id for due in taken}) == 5


def test_one_endpoint_holds_up_no_other(post: Post) -> None:
    for _ in range(5):
        post.happen()
    other = post.new_endpoint()
    post.happen()

    taken = [post.take() for _ in range(AT_ONCE + 1)]

    assert [due.endpoint.id for due in taken].count(post.endpoint.id) == AT_ONCE
    assert taken[-1].endpoint.id == other.id
    assert post.deliveries.claim() is None


def test_a_replay_sends_all_since_a_moment_again_also_what_was_never_sent(post: Post) -> None:
    before = post.happen()
    since = post.clock.now + timedelta(seconds=0.5)
    delivered, waiting = post.happen(), post.happen()
    late = post.new_endpoint()
    for due in (post.take(), post.take()):
        post.settle(due)

    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=since) == 2
    assert [post.status(event) for event in (before, delivered, waiting)] == [
        "delivered",
        "waiting",
        "waiting",
    ]
    assert post.deliveries.replay(post.workspace, late.id, since=since) == 2
    assert [one.id for one in post.deliveries.page(post.workspace, late.id).rows] == [waiting, delivered]
    with pytest.raises(NotFound):
        post.deliveries.get(post.workspace, late.id, before)


def test_a_replay_takes_the_first_and_the_last_moment_there_is(post: Post) -> None:
    post.happen()
    post.clock.move(seconds=1)
    ahead, behind = timezone(timedelta(hours=14)), timezone(-timedelta(hours=14))
    first, last = datetime.min.replace(tzinfo=ahead), datetime.max.replace(tzinfo=behind)

    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=first) == 1
    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=last) == 0


def test_one_delivery_can_be_sent_again_under_the_same_id(post: Post) -> None:
    event = post.happen()
    post.settle(post.take())

    shown = post.deliveries.replay_one(post.workspace, post.endpoint.id, event)

    assert (shown.id, shown.status, shown.ended_at, len(shown.attempts)) == (event, "waiting", None, 1)
    assert (post.take().event_id, post.deliveries.claim()) == (event, None)


def test_a_test_goes_to_its_endpoint_alone_and_is_no_part_of_a_replay(post: Post) -> None:
    other = post.new_endpoint()
    tested = post.deliveries.test(post.workspace, post.endpoint.id)

    assert (tested.type, post.take().type) == (TEST, TEST)
    assert post.deliveries.page(post.workspace, other.id).rows == []
    begin = post.clock.now - timedelta(days=1)
    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=begin) == 0


def test_nothing_is_queued_for_a_disabled_endpoint_until_it_is_enabled(post: Post) -> None:
    event = post.happen()
    post.settle(post.take(), Settlement("failed", {}, disable="gone"))
    missed = post.happen()
    begin = post.clock.now - timedelta(days=1)

    for ask in (
        lambda: post.deliveries.test(post.workspace, post.endpoint.id),
        lambda: post.deliveries.replay(post.workspace, post.endpoint.id, since=begin),
        lambda: post.deliveries.replay_one(post.workspace, post.endpoint.id, event),
    ):
        with pytest.raises(EndpointDisabled):
            ask()
    post.storage.webhook_endpoints.replace(
        post.workspace, post.endpoint.id, url=URL, events=post.endpoint.events
    )
    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=begin) == 2
    assert [post.status(one) for one in (event, missed)] == ["waiting", "waiting"]


def test_events_are_forgotten_after_a_month_with_their_deliveries(post: Post) -> None:
    old = post.happen()
    post.clock.now += KEPT
    young = post.happen()
    assert post.deliveries.forget_old() == 0
    begin = post.clock.now - timedelta(days=400)
    assert post.deliveries.replay(post.workspace, post.endpoint.id, since=begin) == 1, "not the old one"

    post.clock.move(days=1)
    assert post.deliveries.forget_old() == 1
    assert post.status(young) == "waiting"
    with pytest.raises(NotFound):
        post.status(old)


def test_another_workspaces_deliveries_are_unknown(post: Post) -> None:
    event = post.happen()
    other = post.storage.workspaces.create("Eve").id
    begin = post.clock.now - timedelta(days=1)

    for ask in (
        lambda: post.deliveries.get(other, post.endpoint.id, event),
        lambda: post.deliveries.test(other, post.endpoint.id),
        lambda: post.deliveries.replay(other, post.endpoint.id, since=begin),
        lambda: post.deliveries.replay_one(other, post.endpoint.id, event),
    ):
        with pytest.raises(NotFound):
            ask()
    assert post.deliveries.page(other, post.endpoint.id).rows == []
