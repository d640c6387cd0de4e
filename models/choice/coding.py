"""From attributes to columns: texts as levels against a base, numbers as they are, "none" as a constant.

The coding is fixed on the answers at hand: which levels were shown, which of them is the base, and which columns
the tasks can tell apart at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.errors import InvalidInput

PRICE, NONE = "price", "none"
_SEPARATE = 1e-9  # what is left of a column, as a share of it, when the columns before it are taken out


@dataclass(frozen=True)
class Coding:
    """How attributes became columns.

    Parameters
    ----------
    names
        Of the columns: ``price``, then ``none`` where it was offered, then ``seats`` for a number and
        ``support=phone`` for a level of a text.
    attributes
        The attribute of each column (``price`` and ``none`` are their own).
    base
        The level of each text attribute that its other levels are measured against: the first by alphabet.
    product
        The typical product among those shown: the lower median of each number, the most shown level of each
        text (the first by alphabet among equals).
    unidentified
        Columns left out, since no task tells them from the columns before them.
    """

    names: tuple[str, ...]
    attributes: tuple[str, ...]
    base: Mapping[str, str]
    product: Mapping[str, float | str]
    unidentified: tuple[str, ...] = ()

    def row(self) -> Floats:
        """Return the typical product as a row of X, shape (K,), its price 0."""
        return np.array([0.0 if name in (PRICE, NONE) else self._cell(name) for name in self.names])

    def row_of(self, product: Mapping[str, float | str]) -> Floats:
        """Return another product as a row of X, shape (K,), its price 0; what it leaves out is typical.

        Raises
        ------
        InvalidInput
            If it has an attribute that was never shown, or a text's level that was not.
        """
        if strangers := sorted(set(product) - set(self.product)):
            raise InvalidInput(f"attributes {strangers} were never shown; shown were {sorted(self.product)}")
        for attribute, value in product.items():
            levels = self.levels(attribute)
            if isinstance(self.product[attribute], str) != isinstance(value, str):
                raise InvalidInput(
                    f"{attribute}: {value!r} is not of its kind; the typical one is {self.product[attribute]!r}"
                )
            if levels and value not in levels:
                raise InvalidInput(f"{attribute}: {value!r} was never shown; shown were {levels}")
        return replace(self, product={**self.product, **product}).row()

    def levels(self, attribute: str) -> list[str]:
        """Return the levels of a text that were shown, the base first; none for a number."""
        others = [name.partition("=")[2] for name in self.names if name.startswith(f"{attribute}=")]
        return [self.base[attribute], *others] if attribute in self.base else []

    def _cell(self, name: str) -> float:
        attribute, _, level = name.partition("=")
        value = self.product[attribute]
        return float(value == level) if isinstance(value, str) else value


def code(
    attributes: Mapping[str, NDArray[Any]], *, price: Floats, none: NDArray[np.bool_]
) -> tuple[Floats, Coding]:
    """Code attributes as columns.

    Parameters
    ----------
    attributes
        Columns of shape (R,): floats, or objects for texts; what stands on the rows of "none" is not looked at.
    price
        Shape (R,).
    none
        Shape (R,): whether the row is to buy nothing.

    Returns
    -------
    X of shape (R, K), and its coding, every column in it, identified or not.

    Examples
    --------
    >>> X, coding = code({"support": np.array(["phone", "email", None], dtype=object)},
    ...                  price=np.array([9.0, 5.0, np.nan]), none=np.array([False, False, True]))
    >>> coding.names, coding.base
    (('price', 'none', 'support=phone'), {'support': 'email'})
    >>> X
    array([[9., 0., 1.],
           [5., 0., 0.],
           [0., 1., 0.]])
    """
    columns: dict[str, Floats] = {PRICE: price}
    owners = {PRICE: PRICE}
    if none.any():
        columns[NONE], owners[NONE] = none.astype(np.float64), NONE
    base: dict[str, str] = {}
    product: dict[str, float | str] = {}
    for attribute, values in sorted(attributes.items()):
        shown = values[~none]
        if values.dtype != object:
            columns[attribute], owners[attribute] = values.astype(np.float64), attribute
            product[attribute] = float(np.quantile(shown.astype(np.float64), 0.5, method="lower"))
            continue
        levels, counts = np.unique(shown.astype(str), return_counts=True)
        base[attribute], product[attribute] = str(levels[0]), str(levels[np.argmax(counts)])
        for level in levels[1:]:
            name = f"{attribute}={level}"
            columns[name], owners[name] = (values == level).astype(np.float64), attribute
    X = np.column_stack(list(columns.values()))
    X[none] = [float(name == NONE) for name in columns]
    return X, Coding(tuple(columns), tuple(owners.values()), base, product)


def identified(X: Floats, task_of_row: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which columns the tasks can tell apart, shape (K,).

    Only differences within a task speak. A column that does not vary within any task, or that is a sum of the
    columns before it, is not identified.

    Examples
    --------
    >>> identified(np.array([[1.0, 5, 2], [2.0, 5, 4], [4.0, 5, 8]]), np.array([0, 0, 0]))
    array([ True, False, False])
    """
    sizes = np.bincount(task_of_row)
    keep = np.zeros(X.shape[1], dtype=np.bool_)
    basis = np.empty((X.shape[0], 0))
    for k, column in enumerate(X.T):
        mean = np.bincount(task_of_row, weights=column) / sizes
        within = column - mean[task_of_row]
        rest = within - basis @ (basis.T @ within)
        rest -= basis @ (basis.T @ rest)  # once more: rounding would otherwise pass for a signal
        length = float(np.linalg.norm(rest))
        keep[k] = length > _SEPARATE * max(float(np.linalg.norm(column)), 1e-300)
        if keep[k]:
            basis = np.column_stack([basis, rest / length])
    return keep
