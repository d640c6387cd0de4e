"""Which operations of the API agents are offered; an operation without a row here is no tool.

Votes, publications, withdrawals, deletions and keys have no row. Four eyes are two people's, and what an agent reads
(names, notes, comments) may be written by somebody who would like to have his price changed. A person does these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """One operation that agents may ask for.

    Parameters
    ----------
    operation
        Its name in the API's description, and the tool's.
    title, description
        What people and models read.
    destructive
        Whether a client should ask a person before each call.
    link
        Whether it answers where the thing is, not the thing itself: a page is nothing that a model reads.
    """

    operation: str
    title: str
    description: str
    destructive: bool = False
    link: bool = False


OFFERED: tuple[Offer, ...] = (
    Offer(
        "list_datasets", "List datasets", "The datasets of the workspace, with how many rows each table has."
    ),
    Offer(
        "read_dataset",
        "Read a dataset's data report",
        "One dataset: its tables, what was refused and why, what to know before reading results.",
    ),
    Offer(
        "list_analyses",
        "List analyses",
        "The analyses, newest first, without their results: kind, status, dataset.",
    ),
    Offer(
        "read_analysis",
        "Read an analysis",
        "One analysis: its status, and once it has succeeded its result; `sentences` say in words what was found. "
        "Every number is an estimate with an interval from `low` to `high`; null with a `reason` is unknown, not zero.",
    ),
    Offer(
        "read_analysis_rows",
        "Read an analysis customer by customer",
        "The per-customer table of a finished analysis (raises, tiers, unit_worth, ideal_customers), a page at a time.",
    ),
    Offer(
        "read_analysis_report",
        "Find an analysis' report",
        "The address of the report: one page with charts for people. Opening it takes a key with the scope data:read.",
        link=True,
    ),
    Offer(
        "read_recommendation",
        "Read a customer's recommendation",
        "What is recommended for one customer: tier, raise, fit, value. Only what people have published.",
    ),
    Offer(
        "read_recommendation_by_external_id",
        "Read a recommendation by another system's id",
        "The same for the customer that another system, such as a CRM, calls by an id of its own.",
    ),
    Offer(
        "list_recommendations",
        "List recommendations",
        "The recommendations of all customers in the order in which they changed.",
    ),
    Offer(
        "list_price_books",
        "List price books",
        "The versions of the price book: drafts, and what was published.",
    ),
    Offer(
        "read_price_book",
        "Read a price book",
        "One version of the price book with its plans and prices; the version `current` is what holds today.",
    ),
    Offer("list_proposals", "List proposals", "The proposals of the pricing committee, newest first."),
    Offer(
        "read_proposal",
        "Read a proposal",
        "One proposal: whom it affects most, its best and worst case, its votes, the way back.",
    ),
    Offer(
        "read_audit",
        "Read the audit",
        "Who did what to prices, newest first. Takes a key of an administrator.",
    ),
    Offer(
        "create_analysis",
        "Start an analysis",
        "Queue an analysis of a dataset; answers its id at once. Read it with read_analysis until its status is "
        "succeeded or failed. It changes no data and no price.",
    ),
    Offer(
        "create_proposal",
        "Make a proposal",
        "Put a finished analysis or a draft of the price book before the pricing committee, in the name of the key's "
        "owner, who then cannot approve it. Nothing is in force before people approve and publish it.",
        destructive=True,
    ),
)
"""The whole table."""
