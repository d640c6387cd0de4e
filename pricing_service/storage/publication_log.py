"""The log of publications that a published proposal is written into: what the committee asks of it."""

from __future__ import annotations

from typing import Protocol

import sqlalchemy as sa

from pricing_service.storage.proposed import Enactment, StoredProposal


class PublicationLog(Protocol):
    """Knows what is in force; told in the transaction that publishes or withdraws."""

    def record(self, connection: sa.Connection, proposal: StoredProposal, asked: Enactment) -> object:
        """Write that what is proposed is in force from a day on."""

    def withdraw(self, connection: sa.Connection, proposal: StoredProposal, *, by: str) -> object:
        """Write that what a proposal published is in force no more."""


class NoLog:
    """A log that keeps nothing: the proposal and its price book say it by themselves."""

    def record(self, *_: object) -> None:
        """Keep nothing."""

    def withdraw(self, *_: object, by: str) -> None:
        """Keep nothing."""
