"""Proposals need other people's eyes on exactly their content, and are put in force whole or not; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from pricing_service.price_book import PriceBook
from pricing_service.storage import (
    AlreadyPublished,
    Ballot,
    ContentMoved,
    DraftContent,
    Enactment,
    NotApproved,
    NotFound,
    OwnProposal,
    ProposalClosed,
    ProposedContent,
    Publication,
    Storage,
    StoredPriceBook,
    StoredProposal,
    schema,
)
from tests.pricing_service.storage.conftest import Clock

TODAY = date(2026, 3, 1)


def book(price: float) -> DraftContent:
    plans = [{"name": "pro", "price": price}]
    content = PriceBook.model_validate({"name": "Job board", "currency": "EUR", "plans": plans})
    return DraftContent(content, {"kind": "json", "id": None})


def about(draft: StoredPriceBook, title: str = "Dearer") -> ProposedContent:
    evidence = {"book": draft.content_hash, "beyond": [{"code": "not_simulated", "message": "words"}]}
    return ProposedContent("price_book", title, "why", None, draft.id, evidence)


@pytest.fixture
def draft(storage: Storage, workspace: str) -> StoredPriceBook:
    return storage.price_books.create(workspace, book(490), by="Ada")


@pytest.fixture
def proposal(storage: Storage, workspace: str, draft: StoredPriceBook) -> StoredProposal:
    return storage.proposals.create(workspace, about(draft), by="Ada")


def vote(storage: Storage, proposal: StoredProposal, by: str, decision: str = "approve") -> StoredProposal:
    ballot = Ballot(by, decision, "words", proposal.content_hash)
    return storage.proposals.vote(proposal.workspace_id, proposal.id, ballot)


def publish(
    storage: Storage, proposal: StoredProposal, *, needed: int = 1, effective: date = TODAY
) -> StoredProposal:
    asked = Enactment("Pub", effective, proposal.content_hash, needed)
    return storage.proposals.publish(proposal.workspace_id, proposal.id, asked)


def actions(storage: Storage, workspace: str) -> list[str]:
    return [entry.action for entry in reversed(storage.audit.page(workspace).rows)]


def test_a_proposal_goes_from_its_making_to_its_publication(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    assert proposal.state(needed=1) == "open"
    approved = vote(storage, proposal, "Bob")
    assert (approved.state(needed=1), approved.state(needed=2)) == ("approved", "open")

    published = publish(storage, proposal)

    assert (published.state(needed=1), published.effective, published.published_by) == (
        "published",
        TODAY,
        "Pub",
    )
    current = storage.price_books.current(proposal.workspace_id, on=TODAY)
    assert current is not None
    assert (current.id, current.acknowledged) == (draft.id, ["not_simulated"])
    assert actions(storage, proposal.workspace_id) == [
        "proposal.created", "proposal.voted", "proposal.approved", "price_book.published", "proposal.published",
    ]  # fmt: skip
    assert storage.audit.verify(proposal.workspace_id) is None


@pytest.mark.parametrize("name", ["Ada", " ada "])
def test_who_proposed_cannot_approve_but_may_reject(
    storage: Storage, proposal: StoredProposal, name: str
) -> None:
    with pytest.raises(OwnProposal):
        vote(storage, proposal, name)

    assert vote(storage, proposal, name, "reject").state(needed=1) == "rejected"


def test_who_edited_cannot_approve_either(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    edited = storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft, "Other"), by="Bob")

    for author in ("Ada", "Bob"):
        with pytest.raises(OwnProposal):
            vote(storage, edited, author)
    assert vote(storage, edited, "Cid").state(needed=1) == "approved"


def test_one_person_has_one_vote_and_the_later_one_counts(storage: Storage, proposal: StoredProposal) -> None:
    vote(storage, proposal, "Bob")
    twice = vote(storage, proposal, "bob ")
    assert twice.approvals == 1

    changed = vote(storage, proposal, "Bob", "reject")

    assert (changed.approvals, changed.rejections, changed.state(needed=1)) == (0, 1, "rejected")
    assert sorted(each.counts for each in changed.votes) == [False, False, True]
    assert vote(storage, proposal, "Bob").state(needed=1) == "approved"


def test_one_rejection_stops_any_number_of_approvals(storage: Storage, proposal: StoredProposal) -> None:
    for name in ("Bob", "Cid", "Dan"):
        vote(storage, proposal, name)
    vote(storage, proposal, "Eve", "reject")

    with pytest.raises(NotApproved, match="rejects"):
        publish(storage, proposal)


def test_an_edit_voids_the_votes_even_if_it_comes_back(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    vote(storage, proposal, "Bob")
    same = storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft), by="Ada")
    assert same.approvals == 1, "what says the same is no edit"

    storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft, "Other"), by="Ada")
    back = storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft), by="Ada")

    assert (back.content_hash, back.approvals, len(back.votes)) == (proposal.content_hash, 0, 1)
    with pytest.raises(NotApproved):
        publish(storage, back)


def test_a_vote_or_publication_of_other_content_is_refused(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft, "Other"), by="Ada")

    for ask in (lambda: vote(storage, proposal, "Bob"), lambda: publish(storage, proposal)):
        with pytest.raises(ContentMoved):
            ask()


def test_a_price_book_that_moved_or_was_published_is_not_published_and_nothing_else_happens(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    workspace = proposal.workspace_id
    vote(storage, proposal, "Bob")
    moved = storage.price_books.replace(workspace, draft.id, book(590))
    with pytest.raises(ContentMoved):
        publish(storage, proposal)

    storage.price_books.publish(workspace, draft.id, Publication(TODAY, moved.content_hash, "Eve"))
    with pytest.raises(AlreadyPublished):
        publish(storage, proposal)
    assert storage.proposals.get(workspace, proposal.id).status == "open"
    assert actions(storage, workspace)[-1] == "price_book.published"


@pytest.mark.parametrize("needed", [0, 1, 2])
def test_too_few_approvals_publish_nothing(storage: Storage, proposal: StoredProposal, needed: int) -> None:
    for name in ["Bob"][: max(needed - 1, 0)]:
        vote(storage, proposal, name)

    with pytest.raises(NotApproved):
        publish(storage, proposal, needed=needed)

    assert storage.price_books.current(proposal.workspace_id, on=TODAY) is None


def test_a_roll_back_puts_what_was_before_in_force_again(
    storage: Storage, proposal: StoredProposal, clock: Clock
) -> None:
    workspace = proposal.workspace_id
    vote(storage, proposal, "Bob")
    publish(storage, proposal)
    clock.move(days=1)
    second = storage.price_books.create(workspace, book(900), by="Ada")
    dearer = storage.proposals.create(workspace, about(second), by="Ada")
    vote(storage, dearer, "Bob")
    publish(storage, dearer)
    in_force = storage.price_books.current(workspace, on=TODAY)
    assert in_force is not None
    assert in_force.id == second.id

    withdrawn = storage.proposals.withdraw(workspace, dearer.id, by="Cid")

    assert (withdrawn.status, withdrawn.withdrawn_by) == ("withdrawn", "Cid")
    before = storage.price_books.current(workspace, on=TODAY)
    assert before is not None
    assert before.id == proposal.price_book_id
    with pytest.raises(ProposalClosed):
        storage.proposals.withdraw(workspace, dearer.id, by="Cid")


def test_what_is_closed_takes_no_votes_and_no_edits(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    storage.proposals.withdraw(proposal.workspace_id, proposal.id, by="Ada")

    for ask in (
        lambda: vote(storage, proposal, "Bob"),
        lambda: publish(storage, proposal),
        lambda: storage.proposals.edit(proposal.workspace_id, proposal.id, about(draft, "Other"), by="Ada"),
    ):
        with pytest.raises(ProposalClosed):
            ask()


def test_another_workspace_sees_nothing(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook
) -> None:
    other = storage.workspaces.create("Eve").id
    theirs = replace(proposal, workspace_id=other)

    for ask in (
        lambda: storage.proposals.get(other, proposal.id),
        lambda: vote(storage, theirs, "Bob"),
        lambda: publish(storage, theirs),
        lambda: storage.proposals.edit(other, proposal.id, about(draft), by="Eve"),
        lambda: storage.proposals.withdraw(other, proposal.id, by="Eve"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert storage.proposals.page(other).rows == []


def test_proposals_are_listed_newest_first_with_their_votes(
    storage: Storage, workspace: str, draft: StoredPriceBook, clock: Clock
) -> None:
    made = []
    for title in ("a", "b", "c"):
        clock.move(seconds=1)
        made.append(storage.proposals.create(workspace, about(draft, title), by="Ada"))
    vote(storage, made[1], "Bob")

    first = storage.proposals.page(workspace, limit=2)
    rest = storage.proposals.page(workspace, limit=2, cursor=first.next_cursor)

    assert [one.title for one in [*first.rows, *rest.rows]] == ["c", "b", "a"]
    assert [one.approvals for one in [*first.rows, *rest.rows]] == [0, 1, 0]


def test_votes_of_many_at_once_are_all_counted_and_the_chain_holds(
    storage: Storage, proposal: StoredProposal
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: vote(storage, proposal, f"voter {at % 6}"), range(24)))

    assert storage.proposals.get(proposal.workspace_id, proposal.id).approvals == 6
    assert storage.audit.verify(proposal.workspace_id) is None


def test_of_many_publications_at_once_one_happens(storage: Storage, proposal: StoredProposal) -> None:
    vote(storage, proposal, "Bob")

    def ask(_: int) -> str:
        try:
            return publish(storage, proposal).status
        except ProposalClosed:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(12)))

    assert sorted(answers) == ["published"] + ["refused"] * 11
    assert actions(storage, proposal.workspace_id).count("proposal.published") == 1


def test_what_an_analysis_says_is_in_force_from_its_day_until_it_is_withdrawn(
    storage: Storage, workspace: str
) -> None:
    content = ProposedContent("raises", "Raise", "why", "an_1", None, {"beyond": []})
    proposal = storage.proposals.create(workspace, content, by="Ada")
    vote(storage, proposal, "Bob")
    before = storage.publications.sequence()

    asked = Enactment("Pub", TODAY, proposal.content_hash, needed=1)
    storage.proposals.publish(workspace, proposal.id, asked)

    there = storage.publications.in_force(workspace, TODAY)["raises"]
    assert (there.analysis_id, there.proposal_id, there.published_by) == ("an_1", proposal.id, "Pub")
    storage.proposals.withdraw(workspace, proposal.id, by="Pub")
    assert storage.publications.in_force(workspace, TODAY) == {}
    assert storage.publications.sequence() == before + 2


def test_a_menu_of_tiers_is_in_force_with_its_price_book(
    storage: Storage, workspace: str, draft: StoredPriceBook
) -> None:
    content = replace(about(draft), analysis_id="an_2")
    proposal = storage.proposals.create(workspace, content, by="Ada")
    vote(storage, proposal, "Bob")

    storage.proposals.publish(
        workspace, proposal.id, Enactment("Pub", TODAY, proposal.content_hash, needed=1)
    )

    there = storage.publications.in_force(workspace, TODAY)
    assert {kind: each.price_book_id for kind, each in there.items()} == {"tiers": draft.id}


def test_the_vote_that_approves_is_told_once_and_again_after_a_change_of_mind(
    storage: Storage, proposal: StoredProposal
) -> None:
    for name, decision in (("Bob", "approve"), ("Cid", "approve"), ("Cid", "reject"), ("Cid", "approve")):
        vote(storage, proposal, name, decision)

    told = [
        entry
        for entry in storage.audit.page(proposal.workspace_id).rows
        if entry.action == "proposal.approved"
    ]
    assert [entry.by for entry in reversed(told)] == ["Bob", "Cid"]


def everything(storage: Storage) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that the committee writes."""
    tables = (schema.proposals, schema.votes, schema.price_books, schema.audit, schema.audit_heads)
    with storage.database.reading() as connection:
        return {table.name: [tuple(row) for row in connection.execute(table.select())] for table in tables}


WRITES: dict[str, Callable[[Storage, StoredProposal, StoredPriceBook], object]] = {
    "create": lambda storage, proposal, draft: storage.proposals.create(
        proposal.workspace_id, about(draft, "New"), by="Ada"
    ),
    "edit": lambda storage, proposal, draft: storage.proposals.edit(
        proposal.workspace_id, proposal.id, about(draft, "Other"), by="Bob"
    ),
    "vote": lambda storage, proposal, draft: vote(storage, proposal, "Bob", "reject"),
    "publish": lambda storage, proposal, draft: publish(storage, proposal),
    "withdraw": lambda storage, proposal, draft: storage.proposals.withdraw(
        proposal.workspace_id, proposal.id, by="Cid"
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_whichever_statement_fails_nothing_is_written_and_the_chain_goes_on(
    storage: Storage, proposal: StoredProposal, draft: StoredPriceBook, write: str
) -> None:
    vote(storage, proposal, "Bob")
    if write == "withdraw":
        publish(storage, proposal)
    before, failed = everything(storage), 0
    while True:
        left = [failed]

        def fail(*_: object) -> None:
            left[0] -= 1  # noqa: B023  used within this turn
            if left[0] == -1:  # noqa: B023  as above
                raise ZeroDivisionError

        sa.event.listen(storage.database.engine, "before_cursor_execute", fail)
        try:
            WRITES[write](storage, proposal, draft)
        except ZeroDivisionError:
            failed += 1
        else:
            break
        finally:
            sa.event.remove(storage.database.engine, "before_cursor_execute", fail)
        committed = everything(storage) != before
        if committed:
            break  # it was the reading after the write

    assert failed >= 5, "the write has statements that can fail"
    done = {
        "create": "created",
        "edit": "edited",
        "vote": "voted",
        "publish": "published",
        "withdraw": "withdrawn",
    }
    assert actions(storage, proposal.workspace_id)[-1] == f"proposal.{done[write]}", (
        "its last statement is written"
    )
    assert storage.audit.verify(proposal.workspace_id) is None
