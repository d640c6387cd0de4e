"""Generated price books, with every noun that a book can hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pricing_service.price_book import PriceBook

# Words that YAML might take for something else, beside any text.
TRICKY = [
    "NO",
    "yes",
    "12:30",
    "1e3",
    "007",
    "null",
    "~",
    "2024-05-01",
    "#x",
    ": a",
    "- b",
    "été",
    "",
    " ",
    "=1",
]
texts = st.sampled_from(TRICKY) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12
)
names = texts.filter(bool)
money = st.decimals("0", "999999", places=6) | st.integers(0, 10**6).map(Decimal)
counts = st.integers(0, 10**6).map(Decimal) | st.decimals("0", "9999", places=6)
values = st.none() | st.booleans() | texts | counts | st.lists(texts, max_size=3).map(tuple)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def named(fields: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Some of one noun, each with a name of its own."""
    return st.dictionaries(names, fields, max_size=3).map(
        lambda found: [{"name": name, **each} for name, each in found.items()]
    )


@st.composite
def charges(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for metric in draw(st.lists(names, max_size=2, unique=True)):
        starts = sorted({Decimal(0), *draw(st.sets(counts, max_size=2))})
        included = draw(st.none() | counts)
        sold = included is not None and draw(st.booleans())
        found.append(
            {
                "metric": metric,
                "included_units": included,
                "blocks": [{"from_units": start, "price": draw(money)} for start in starts] if sold else [],
                "unit_step": draw(st.none() | counts.filter(bool)),
            }
        )
    return found


@st.composite
def plans(draw: st.DrawFn) -> list[dict[str, Any]]:
    keys = draw(
        st.lists(
            st.tuples(st.none() | names, names, st.sampled_from(["monthly", "annual"])),
            max_size=4,
            unique=True,
        )
    )
    found = []
    for product, name, billing in keys:
        fields = draw(
            optional(
                price=st.none() | money,
                price_text=st.sampled_from(["Contact Sales", "1% up to $99"]),
                unit=st.sampled_from([None, "/month", "user/month", "one time payment"]),
                description=texts,
                private=st.booleans(),
                features=st.dictionaries(names, values, max_size=2),
                usage_limits=st.dictionaries(names, values, max_size=2),
                replaces=st.lists(names, max_size=2),
            )
        )
        if "price_text" in fields:
            fields["price"] = None
        taken = (fields.get("unit") or "").partition("/")[0].strip()
        sold = [charge for charge in draw(charges()) if charge["metric"] != taken]
        found.append({"product": product, "name": name, "billing": billing, "charges": sold, **fields})
    return found


features = named(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["DOMAIN", "SUPPORT", "PAYMENT"]),
            "value_type": st.sampled_from(["BOOLEAN", "TEXT"]),
            "default": st.booleans() | texts,
        },
        optional={
            "description": texts,
            "tag": texts,
            "integration_type": st.just("API"),
            "pricing_urls": st.lists(texts, max_size=2),
            "expression": st.just("pricingContext['a'] && subscriptionContext['b'] < 3"),
        },
    )
)
limits = named(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["RENEWABLE", "NON_RENEWABLE", "TIME_DRIVEN"]),
            "value_type": st.just("NUMERIC"),
            "default": st.none() | counts,
        },
        optional={
            "unit": texts,
            "linked_features": st.lists(names, max_size=2),
            "period": st.just({"value": 2, "unit": "WEEK"}),
            "trackable": st.booleans(),
        },
    )
)
add_ons = named(
    optional(
        price=money,
        unit=st.none() | texts,
        available_for=st.none() | st.lists(names, max_size=2),
        depends_on=st.lists(names, max_size=2),
        excludes=st.lists(names, max_size=1),
        features=st.dictionaries(names, st.booleans(), max_size=2),
        usage_limits=st.dictionaries(names, st.none() | counts, max_size=2),
        extensions=st.dictionaries(names, counts, max_size=2),
        constraints=st.just({"minimum": 4, "step": 4, "maximum": None}),
        private=st.booleans(),
    )
)
customs = st.none() | st.just("words") | st.just([1, 2.5]) | st.just({"owner": {"team": "pricing"}})


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    listed = draw(plans())
    kept = [
        {
            "plan": plan["name"],
            "product": plan["product"],
            "billing": plan["billing"],
            "on_plan_before": draw(days),
            "until": draw(st.none() | days),
            "price": draw(st.none() | money),
            "included_units": draw(st.dictionaries(names, st.none() | counts, max_size=2)),
        }
        for plan in listed
        if draw(st.booleans())
    ]
    whole = draw(
        optional(
            billing=st.just({"monthly": 1, "annual": Decimal("0.83")}),
            prorates=st.sampled_from(["nothing", "price", "price_and_units"]),
            created_on=days,
            label=names,
            url=names,
            tags=st.lists(texts, max_size=2),
            variables=st.just({"x": 3, "word": "eu", "prices": {"eu": 1.5}}),
            custom=customs,
        )
    )
    parts = {"features": draw(features), "usage_limits": draw(limits), "add_ons": draw(add_ons)}
    named_by = {"name": draw(names), "currency": draw(st.sampled_from(["EUR", "JPY"]))}
    return PriceBook.model_validate(named_by | {"plans": listed, "grandfathered": kept} | parts | whole)
