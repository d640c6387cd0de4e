"""The sequential model of one draft of the price book and the proposals to publish it: what each answer has to be.

::

    Matter   a draft, and proposals to publish it     Motion   one proposal with its votes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.durability.linearizable import Done

PEOPLE = ("dev", "dev2", "ada", "bo")
ASKED = 2
"""Approvals that a draft needs which nobody has simulated."""
CLOSED, MOVED, OWN = (409, "proposal_closed"), (409, "content_moved"), (409, "own_proposal")
NOT_APPROVED, PUBLISHED, CONFLICT = (409, "not_approved"), (409, "already_published"), (409, "conflict")
GUARDED = (409, "guard_exceeded")
Cast = tuple[str, str, str, bool]  # person, decision, content_hash, counts
Seen = tuple[int, Any]  # status and code, or status and what was shown


@dataclass(frozen=True)
class Motion:
    """One proposal as it stands."""

    title: str
    content_hash: str
    book: str  # the hash of the draft's content that it would publish
    authors: tuple[str, ...]
    status: str = "open"
    votes: tuple[Cast, ...] = ()
    published_by: str | None = None
    withdrawn_by: str | None = None

    @property
    def needed(self) -> int:
        return max(min(ASKED, len(set(PEOPLE) - set(self.authors))), 1)

    def count(self, decision: str) -> int:
        return sum(counts and cast == decision for _, cast, _, counts in self.votes)

    @property
    def state(self) -> str:
        if self.status != "open":
            return self.status
        if self.count("reject"):
            return "rejected"
        return "approved" if self.count("approve") >= self.needed else "open"

    @property
    def shown(self) -> tuple[Any, ...]:
        return (
            self.state, self.title, self.content_hash, self.authors, self.count("approve"), self.count("reject"),
            self.needed, self.published_by, self.withdrawn_by, tuple(sorted(self.votes)),
        )  # fmt: skip

    def voided(self, *, person: str | None = None) -> tuple[Cast, ...]:
        return tuple((*cast[:3], cast[3] and person not in (None, cast[0])) for cast in self.votes)


@dataclass(frozen=True)
class Matter:
    """A draft and the proposals of it."""

    book: str
    motions: tuple[Motion, ...]
    published_by: str | None = None
    withdrawn: bool = False

    @property
    def shown(self) -> tuple[Any, ...]:
        return (self.book, self.published_by, self.withdrawn)

    def having(self, at: int, motion: Motion, **changes: Any) -> Matter:
        return replace(self, motions=(*self.motions[:at], motion, *self.motions[at + 1 :]), **changes)


def step(matter: Matter, done: Done) -> Matter | None:
    """Return the matter after an operation, or None where its answer is wrong."""
    answer, after = _ANSWERS[done.name](matter, done)
    if done.answer == MOVED and not done.asked.get("seen") and done.asked.get("edited_meanwhile"):
        return (
            matter  # without a hash it is about what stood there when it came, and is refused if that moves
        )
    return after if answer == done.answer else None


def _read(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    return (200, matter.motions[done.asked["motion"]].shown), matter


def _list(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    return (200, tuple(motion.shown[:-1] for motion in matter.motions)), matter


def _read_book(matter: Matter, _: Done) -> tuple[Seen, Matter]:
    return (200, matter.shown), matter


def _replace_book(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    if matter.published_by:
        return PUBLISHED, matter
    after = replace(matter, book=done.asked["hash"])
    return (200, after.shown), after


def _publish_book(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    if matter.published_by:
        return PUBLISHED, matter
    if done.asked["seen"] != matter.book:
        return GUARDED if done.answer != MOVED else MOVED, matter
    after = replace(matter, published_by=done.client)
    return (200, after.shown), after


def _edit(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    at, title = done.asked["motion"], done.asked["title"]
    motion = matter.motions[at]
    if matter.published_by and done.answer in (CONFLICT, PUBLISHED):
        return done.answer, matter
    if motion.status != "open":
        return CLOSED, matter
    if done.answer[0] != 200 or matter.published_by:
        return CONFLICT, matter
    if (title, matter.book) != (motion.title, motion.book):
        authors = motion.authors if done.client in motion.authors else (*motion.authors, done.client)
        told = done.answer[1][2]
        motion = replace(
            motion, title=title, book=matter.book, authors=authors, votes=motion.voided(), content_hash=told
        )
    return (200, motion.shown), matter.having(at, motion)


def _vote(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    at, decision = done.asked["motion"], done.asked["decision"]
    motion = matter.motions[at]
    if motion.status != "open":
        return CLOSED, matter
    if decision == "approve" and motion.book != matter.book:
        return MOVED, matter
    if done.asked["seen"] not in (None, motion.content_hash):
        return MOVED, matter
    if decision == "approve" and done.client in motion.authors:
        return OWN, matter
    cast = (done.client, decision, motion.content_hash, True)
    motion = replace(motion, votes=(*motion.voided(person=done.client), cast))
    return (201, motion.shown), matter.having(at, motion)


def _publish(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    at = done.asked["motion"]
    motion = matter.motions[at]
    if motion.status != "open":
        return CLOSED, matter
    if motion.book != matter.book or done.asked["seen"] not in (None, motion.content_hash):
        return MOVED, matter
    if motion.state != "approved":
        return NOT_APPROVED, matter
    if matter.published_by:
        return PUBLISHED, matter
    motion = replace(motion, status="published", published_by=done.client)
    return (200, motion.shown), matter.having(at, motion, published_by=done.client)


def _withdraw(matter: Matter, done: Done) -> tuple[Seen, Matter]:
    at = done.asked["motion"]
    motion = matter.motions[at]
    if motion.status == "withdrawn":
        return CLOSED, matter
    rolled_back = matter.withdrawn or motion.status == "published"
    motion = replace(motion, status="withdrawn", withdrawn_by=done.client)
    return (200, motion.shown), matter.having(at, motion, withdrawn=rolled_back)


_ANSWERS = {
    "read": _read, "list": _list, "read_book": _read_book, "replace_book": _replace_book, "publish_book": _publish_book,
    "edit": _edit, "vote": _vote, "publish": _publish, "withdraw": _withdraw,
}  # fmt: skip


def shown(proposal: Mapping[str, Any]) -> tuple[Any, ...]:
    """Read an answer as the model gives it; a list shows no votes."""
    votes = [tuple(vote[name] for name in ("person", "decision", "content_hash", "counts"))
             for vote in proposal.get("votes", ())]  # fmt: skip
    counted = proposal["approvals"]
    told = (
        proposal["status"], proposal["title"], proposal["content_hash"], tuple(proposal["authors"]), counted["given"],
        counted["rejections"], counted["needed"], proposal["published_by"], proposal["withdrawn_by"],
    )  # fmt: skip
    return (*told, tuple(sorted(votes))) if "votes" in proposal else told


def shown_book(book: Mapping[str, Any]) -> tuple[Any, ...]:
    """Read a price book's answer as the model gives it."""
    return (book["content_hash"], book["published_by"], book["withdrawn_at"] is not None)
