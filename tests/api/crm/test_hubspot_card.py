"""HubSpot's card in a real browser, against a service that listens: the module that ships, HubSpot in between."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import httpx
import pytest

from api.hubspot_callers import MOMENT, SIGNATURE, signature
from api.pages.words import reason_in_words
from pricing_service.decisions._raise_words import SKIPPED
from pricing_service.storage import Feedback
from tests.api.crm.conftest import CRM, ORIGIN, PORTAL, SECRET, Service
from tests.api.pages.test_report import browser

pytestmark = pytest.mark.browser
__all__ = ["browser"]

LOGIC = CRM / "hubspot" / "src" / "app" / "cards" / "recommendation.js"
WHO = f"portalId={PORTAL}&userId=7&userEmail=ada%40example.com&appId=99"
DAY = "2026-02-01"
_MEGABYTE = 1_000_000
_PAGE = """<!doctype html><title>HubSpot</title><script type="module">
  import * as logic from '/recommendation.js';
  const hubspot = {fetch(url, options = {}) {
    for (const name of Object.keys(options)) {
      if (!['method', 'timeout', 'body'].includes(name)) throw new Error(`hubspot.fetch takes no ${name}`);
    }
    if (!(options.timeout <= 15000)) throw new Error('HubSpot waits 15 seconds');
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return fetch(url, {method: options.method, body});
  }};
  window.logic = logic;
  window.open_card = (id) => {
    window.states = [];
    window.card = logic.openCard(
      logic.overFetch(hubspot.fetch, '%s', 'hubspot', id), (state) => window.states.push(state));
  };
  window.ready = true;
</script>"""


class HubSpot:
    """What HubSpot does between a card and a service: it adds who asks, signs, and repeats once what fails.

    `lost` answers come from the service and never reach the card; `down` requests never reach the service.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.secret = SECRET
        self.lost = self.down = 0
        self.sent: list[str] = []

    def __call__(self, route: Any) -> None:
        request = route.request
        status, content = self._once(request)
        if status >= 500:
            status, content = self._once(request)
        route.fulfill(status=status, body=content, content_type="application/json")

    def _once(self, request: Any) -> tuple[int, bytes]:
        if self.down:
            self.down -= 1
            return 502, b"Bad gateway"
        path = request.url.removeprefix(ORIGIN) + f"?{WHO}"
        body = (request.post_data or "").encode()
        moment = str(int(time.time() * 1000))
        headers = {
            "Content-Type": "application/json",
            MOMENT: moment,
            SIGNATURE: signature(
                self.secret, method=request.method, address=ORIGIN + path, body=body, moment=moment
            ),
        }
        answer = httpx.request(request.method, self.address + path, content=body, headers=headers, timeout=15)
        assert len(body) <= _MEGABYTE
        assert len(answer.content) <= _MEGABYTE
        self.sent.append(f"{request.method} {path.partition('?')[0]} {answer.status_code}")
        if self.lost and request.method == "POST":
            self.lost -= 1
            return 504, b""
        return answer.status_code, answer.content


class Card:
    """The card on one company's record, as the browser runs it."""

    def __init__(self, page: Any, hubspot: HubSpot) -> None:
        self.page = page
        self.hubspot = hubspot

    def open(self, record: str) -> dict[str, Any]:
        self.page.evaluate("id => open_card(id)", record)
        return self.do("load()")

    def do(self, call: str) -> dict[str, Any]:
        """Press something, wait until it is done, and look."""
        self.page.evaluate(f"async () => {{ window.answer = await card.{call} }}")
        state: dict[str, Any] = self.page.evaluate("card.state()")
        return state

    def seen(self, day: str = DAY) -> dict[str, Any]:
        told: dict[str, Any] = self.page.evaluate(
            "day => logic.inSentences(card.state().recommendation, day)", day
        )
        return told


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page()
    opened.route(f"{ORIGIN}/", lambda route: route.fulfill(body=_PAGE % ORIGIN, content_type="text/html"))
    opened.route(
        f"{ORIGIN}/recommendation.js",
        lambda route: route.fulfill(body=LOGIC.read_bytes(), content_type="text/javascript"),
    )
    opened.goto(f"{ORIGIN}/")
    opened.wait_for_function("window.ready")
    yield opened
    opened.close()


@pytest.fixture
def card(page: Any, service: Service) -> Iterator[Card]:
    hubspot = HubSpot(service.address)
    page.route(f"{ORIGIN}/v1/**", hubspot)
    yield Card(page, hubspot)
    page.unroute(f"{ORIGIN}/v1/**")


def test_the_card_shows_what_is_decided_with_words_and_currency(card: Card) -> None:
    state = card.open("1000")

    assert [each["phase"] for each in card.page.evaluate("states")] == ["loading", "shown"]
    assert card.seen() == {
        "headline": state["recommendation"]["headline"],
        "currency": "EUR",
        "validUntil": "2026-04-02",
        "rows": [
            {"label": "Now", "text": "team, 200.00 EUR a month"},
            {"label": "Raise", "text": "to 220.00 EUR a month from 2026-03-01 on (+10.0 %)"},
            {"label": "Tier", "text": "Basic at 150.00 EUR a month; 170.00 EUR a month with its own use"},
            {
                "label": "Confidence",
                "text": "high: learned from raises given by lot, and what this customer gets is measured",
            },
            {"label": "Valid until", "text": "2026-04-02"},
        ],
        "reasons": [
            "their value has grown since their last price", "calendar sync was released since", "would pay less",
        ],
        "missing": [],
        "warning": None,
        "answerable": True,
    }  # fmt: skip


def test_what_is_not_recommended_has_its_reason_and_no_money_is_without_currency(card: Card) -> None:
    card.open("1002")
    told = card.seen()

    assert told["missing"] == [
        "No raise: their price was set within a year.",
        "No tier: it would rather leave than pay any tier.",
    ]
    for record in range(1000, 1040, 7):
        card.open(str(record))
        said = " ".join([row["text"] for row in card.seen()["rows"]] + [card.seen()["headline"]])
        assert re.search(r"\d\.\d\d EUR", said)
        assert not re.search(r"\d\.\d\d(?! EUR)", said), said
    assert card.page.evaluate("[logic.money(5, null), logic.money(null, 'EUR')]") == [
        "not known",
        "not known",
    ]


def test_one_press_keeps_that_it_was_accepted_by_this_person(card: Card, service: Service) -> None:
    card.open("1003")
    state = card.do("accept()")

    assert state["phase"] == "told"
    (kept,) = service.storage.feedback.of_customer("ws_local", "c03")
    assert (kept.accepted, kept.given_by) == (True, "HubSpot user 7")
    assert card.page.evaluate("logic.kept(card.state().said)").endswith("the recommendation was accepted.")


def test_an_override_takes_a_price_and_a_reason(card: Card, service: Service) -> None:
    card.open("1004")
    for price, reason in (
        ("'12a'", "'x'"),
        ("undefined", "'x'"),
        ("-1", "'x'"),
        ("205", "'  '"),
        ("''", "'x'"),
    ):
        state = card.do(f"override({price}, {reason})")
        assert state["phase"] == "shown"
        assert card.page.evaluate("answer")
    card.do("override('205.5', ' three years ')")

    assert card.page.evaluate("logic.kept(card.state().said)").endswith(
        "205.50 EUR a month was agreed instead."
    )
    (kept,) = service.storage.feedback.of_customer("ws_local", "c04")
    assert (kept.accepted, kept.price, kept.reason) == (False, 205.5, "three years")


def test_later_keeps_nothing_and_can_be_taken_back(card: Card, service: Service) -> None:
    card.open("1006")
    assert card.do("later()")["phase"] == "later"
    assert card.do("back()")["phase"] == "shown"

    assert service.storage.feedback.of_customer("ws_local", "c06") == []
    assert [sent for sent in card.hubspot.sent if sent.startswith("POST")] == []


def test_an_answer_that_hubspot_repeats_by_itself_counts_once(card: Card, service: Service) -> None:
    card.open("1007")
    card.hubspot.lost = 1
    state = card.do("accept()")

    assert state["phase"] == "told"
    assert [sent.split()[-1] for sent in card.hubspot.sent if sent.startswith("POST")] == ["201", "201"]
    assert len(service.storage.feedback.of_customer("ws_local", "c07")) == 1


def test_an_answer_that_is_lost_again_and_again_counts_once_when_it_is_sent_again(
    card: Card, service: Service
) -> None:
    card.open("1009")
    card.hubspot.lost = 2
    failed = card.do("override(99, 'they asked')")

    assert (failed["phase"], failed["problem"]["again"]) == ("failed", True)
    assert "Nothing is lost" in failed["problem"]["todo"]
    (first,) = service.storage.feedback.of_customer("ws_local", "c09")
    meanwhile = {field.name: getattr(first, field.name) for field in fields(Feedback)} | {"accepted": True}
    service.storage.feedback.keep("ws_local", Feedback(**meanwhile))
    assert card.do("again()")["phase"] == "told"
    assert len(service.storage.feedback.of_customer("ws_local", "c09")) == 2


def test_what_changed_since_it_was_read_is_read_again_before_it_is_answered(
    card: Card, service: Service
) -> None:
    card.open("1010")
    service.decide(0.2)
    moved = card.do("accept()")

    assert (moved["phase"], moved["problem"]["title"]) == (
        "failed", "The recommendation has changed since you opened it",
    )  # fmt: skip
    assert service.storage.feedback.of_customer("ws_local", "c10") == []
    assert card.do("again()")["recommendation"]["raise"]["share"] == 0.2
    assert card.do("accept()")["phase"] == "told"
    (kept,) = service.storage.feedback.of_customer("ws_local", "c10")
    assert kept.recommendation["raise"]["share"] == 0.2


@pytest.mark.parametrize(
    ("record", "trouble", "title", "todo"),
    [
        ("9", {}, "No recommendation for this record", "external_ids: hubspot, 9"),
        ("1000", {"secret": "z" * 36}, "The pricing service does not let this card in", "administrator"),
        ("1000", {"down": 2}, "The pricing service did not answer", "Try again in a minute"),
    ],
)
def test_what_goes_wrong_tells_the_seller_what_to_do(
    *, card: Card, record: str, trouble: dict[str, Any], title: str, todo: str
) -> None:
    vars(card.hubspot).update(trouble)
    state = card.open(record)

    assert (state["phase"], state["problem"]["title"]) == ("problem", title)
    assert todo in state["problem"]["todo"]
    if state["problem"]["again"]:
        assert card.do("again()")["phase"] == "shown"


def test_one_failure_is_healed_by_hubspot_before_anybody_sees_it(card: Card) -> None:
    card.hubspot.down = 1

    assert card.open("1000")["phase"] == "shown"


def test_what_has_run_out_is_shown_with_a_warning_and_not_answered(card: Card) -> None:
    card.open("1000")

    told = card.seen("2026-04-03")
    assert (told["answerable"], "2026-04-02" in told["warning"]) == (False, True)
    assert card.seen("2026-04-02")["answerable"]


def test_the_cards_words_are_the_services_words(card: Card) -> None:
    words = card.page.evaluate("logic.WORDS")
    told = (CRM.parents[1] / "pricing_service" / "recommendations" / "customers.py").read_text("utf-8")
    codes = {
        code
        for code in re.findall(r'"([a-z]+(?:_[a-z]+)+)"', told)
        if reason_in_words(code) != code.replace("_", " ")
    }

    assert {code: reason_in_words(code) for code in words} == words
    assert (set(SKIPPED) | codes) - {
        "no_price_book",
        "not_built",
        "no_value_known",
        "traits_do_not_predict",
    } <= set(words)
    assert card.page.evaluate("logic.inWords('a_new_code')") == "a new code"
