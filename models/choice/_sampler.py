"""One Markov chain over everybody's tastes and the population that they come from.

Notation
--------
θ : (N, K) tastes, normal in the population, θ_i ~ N(μ, Σ)      Q = Σ⁻¹      l_i : log-likelihood of θ_i
Prior: Σ ~ inverse Wishart(ν, diag V), μ ~ N(m, Σ / A)

A sweep has four steps, each of which leaves the posterior as it is.

1. Σ, then μ, given θ: conjugate (as `rhierMnlRwMixture` of Rossi, Allenby & McCulloch 2005).
2. Each θ_i given μ and Σ: a Langevin step, preconditioned by the curvature of l_i averaged over the warm-up. A
   step from the curvature at a maximum instead leaves people stuck whose likelihood has none. One sweep in ten
   walks at random, for the gradient may lead away from where a chain must pass.
3. μ and the root L of Σ = L Lᵀ once more, now given everybody's place in the population, z_i with
   θ_i = μ + L z_i (the interweaving of Yu & Meng 2011): one Langevin step that moves all θ along. Where each
   person's answers say little, steps 1 and 2 hardly move Σ, and this one does: of 300 people with 3 tasks each, a
   draw is worth ten times as much for the means and 3 to 20 times for the standard deviations, at twice the cost.
4. Where a price is sign-safe, each person's part-worths all stretched by one factor, ``β_i → exp(δ) β_i``. Answers
   tell the direction of tastes better than their length; with the price on the log scale that ridge is bent, and
   straight steps crawl along it. Of 361 people with 12 tasks and 6 columns the worst directions have 8 to 14 times
   the effective draws, at a quarter more cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.checks import Floats
from models.choice._langevin import Steps, Stride, inverse, learning_rate, lower_root
from models.choice._sampler_kernels import Likelihood
from models.errors import InvalidInput

_WALK_EVERY = 10
_LOOK_EVERY, _REFRESH_EVERY, _FORGET_EVERY = 10, 50, 100  # sweeps of the warm-up
_FARTHEST = 20.0  # the log of a stretch beyond which a step is refused, and so would be the one back
_STRETCHES_TAKEN = 0.44  # the rate that warm-up aims at, best for steps in one direction


@dataclass(frozen=True, eq=False, kw_only=True)
class Prior:
    """What is assumed of the population: m (K,), A > 0, ν > K - 1, V (K,) > 0."""

    location: Floats
    strength: float
    degrees: float
    scatter: Floats

    def __post_init__(self) -> None:
        columns = self.location.size
        if self.scatter.shape != (columns,) or not (self.scatter > 0).all():
            raise InvalidInput(f"scatter must have {columns} entries > 0, got {self.scatter}")
        if not (self.strength > 0 and self.degrees > columns - 1):
            raise InvalidInput(f"strength must be > 0 and degrees > {columns - 1}")


class _Average:
    """A mean over the warm-up that forgets its beginnings."""

    def __init__(self) -> None:
        self.total: Floats = np.zeros(1)
        self.count = 0.0

    def add(self, values: Floats) -> None:
        """Take values in."""
        self.total, self.count = self.total + values, self.count + 1

    def forget(self) -> None:
        """Let what has been taken in count half."""
        self.total, self.count = self.total / 2, self.count / 2

    def mean(self) -> Floats:
        """Return the average."""
        return self.total / self.count


class Place(NamedTuple):
    """Where a chain stands: θ (N, K), l (N,) and its gradient (N, K), μ (K,) and Q (K, K)."""

    tastes: Floats
    value: Floats
    gradient: Floats
    mean: Floats
    precision: Floats

    def covariance(self) -> Floats:
        """Return Σ."""
        return inverse(self.precision)

    def standardised(self) -> tuple[Floats, Floats]:
        """Return L, lower triangular, and z, (N, K)."""
        root = lower_root(self.covariance())
        return root, (self.tastes - self.mean) @ inverse(root).T


class Chain:
    """A chain that warms up, and then sweeps."""

    def __init__(self, likelihood: Likelihood, prior: Prior, rng: np.random.Generator) -> None:
        self.likelihood, self.prior, self.rng = likelihood, prior, rng
        people, columns = likelihood.shape
        # Chains begin apart, so that their agreement means something.
        spread = np.sqrt(prior.scatter / prior.degrees)
        middle = prior.location + spread * rng.standard_normal(columns)
        tastes = middle + spread * rng.standard_normal((people, columns))
        self.place = Place(tastes, *likelihood(tastes), middle, np.diag(spread**-2.0))
        self.accepted: NDArray[np.bool_] = np.zeros(people, dtype=np.bool_)
        self._sweeps = 0
        self._people, self._population = Steps(), Steps()
        self._free = likelihood.signs == 0
        self._reach, self._stretched = np.full(people, 0.3), self.accepted
        self._curvatures, self._whole = _Average(), _Average()

    def warm_up(self) -> None:
        """Make a sweep that also learns how to step."""
        if self._sweeps % _LOOK_EVERY == 0:
            self._look()
        if self._sweeps % _REFRESH_EVERY == 0:
            self._people.precondition(self._curvatures.mean())
            self._population.precondition(self._whole.mean())
        if self._sweeps % _FORGET_EVERY == 0:
            self._curvatures.forget()
            self._whole.forget()
        moved = self.sweep()
        if not self._walks:
            self._people.adapt(float(self.accepted.mean()), self._sweeps)
        self._population.adapt(float(moved), self._sweeps)
        self._reach *= np.exp((self._stretched - _STRETCHES_TAKEN) * learning_rate(self._sweeps))

    def sweep(self) -> bool:
        """Make the steps; say whether the population's move was accepted."""
        self._sweeps += 1
        if not self._free.all():
            self._stretch_people()
        self._draw_population()
        walk = Stride(0.0, 2.38 / self.place.mean.size**0.5)
        self._move_people(walk if self._walks else self._people.stride())
        return self._move_population()

    @property
    def _walks(self) -> bool:
        """Whether people walk at random in this sweep."""
        return self._sweeps % _WALK_EVERY == 0

    def _draw_population(self) -> None:
        """Draw Σ given θ, and μ given both."""
        tastes, prior = self.place.tastes, self.prior
        people, columns = tastes.shape
        middle, whole = tastes.mean(axis=0), people + prior.strength
        around, away = tastes - middle, middle - prior.location
        pull = prior.strength * people / whole
        scatter = np.diag(prior.scatter) + around.T @ around + pull * np.outer(away, away)
        # Bartlett's root of a Wishart draw of Q.
        root = np.diag(np.sqrt(self.rng.chisquare(prior.degrees + people - np.arange(columns))))
        root[np.tril_indices(columns, -1)] = self.rng.standard_normal(columns * (columns - 1) // 2)
        root = lower_root(inverse(scatter)) @ root
        noise = np.linalg.solve(root.T, self.rng.standard_normal(columns))
        mean = prior.location + people / whole * away + noise / np.sqrt(whole)
        self.place = self.place._replace(mean=mean, precision=root @ root.T)

    def _move_people(self, stride: Stride) -> None:
        tastes, value, gradient, mean, precision = self.place
        noise = self.rng.standard_normal(tastes.shape)
        bars = -self.rng.standard_exponential(len(tastes))
        away = tastes - mean
        pull = away @ precision
        step = self._people.propose(gradient - pull, noise, stride)
        value_then, gradient_then = self.likelihood(tastes + step)
        away_then = away + step
        pull_then = away_then @ precision
        gain = value_then - value + (_dots(away, pull) - _dots(away_then, pull_then)) / 2
        gain += self._people.way_back(step, gradient_then - pull_then, noise, stride)
        self.accepted = bars < gain
        self._take(self.accepted, tastes + step, value_then, gradient_then)

    def _stretch_people(self) -> None:
        tastes, value, _, mean, precision = self.place
        growth = self._reach * self.rng.standard_normal(len(tastes))
        bars = -self.rng.standard_exponential(len(tastes))
        # The log of the size of a sign-safe coefficient grows by what all others are multiplied by.
        then = np.where(self._free, tastes * np.exp(growth)[:, None], tastes + growth[:, None])
        value_then, gradient_then = self.likelihood(then)
        away, away_then = tastes - mean, then - mean
        gain = value_then - value + growth * self._free.sum()
        gain += (_dots(away, away @ precision) - _dots(away_then, away_then @ precision)) / 2
        self._stretched = bars < gain
        self._take(self._stretched, then, value_then, gradient_then)

    def _take(self, accepted: NDArray[np.bool_], tastes: Floats, value: Floats, gradient: Floats) -> None:
        """Let those who accepted a step stand where it led them."""
        here = self.place
        self.place = here._replace(
            tastes=np.where(accepted[:, None], tastes, here.tastes),
            value=np.where(accepted, value, here.value),
            gradient=np.where(accepted[:, None], gradient, here.gradient),
        )

    def _move_population(self) -> bool:
        """Shift and stretch the population with all who are in it."""
        here, columns = self.place, self.place.mean.size
        lower = np.tril_indices(columns)
        root, z = here.standardised()
        noise = self.rng.standard_normal((1, columns + lower[0].size))
        bar = -self.rng.standard_exponential()
        stride = self._population.stride()
        density, slope = self._density(here, root, z)
        step = self._population.propose(slope, noise, stride)
        change = np.zeros_like(root)
        change[lower] = step[0, columns:]
        growth = np.diag(change)
        if np.abs(growth).max() > _FARTHEST:
            return False
        root_then = root + change - np.diag(growth) + np.diag(np.diag(root) * np.expm1(growth))
        mean = here.mean + step[0, :columns]
        tastes = mean + z @ root_then.T
        precision = inverse(root_then @ root_then.T)
        there = Place(tastes, *self.likelihood(tastes), mean, precision)
        density_then, slope_then = self._density(there, root_then, z)
        back = float(self._population.way_back(step, slope_then, noise, stride)[0])
        moved = bool(bar < density_then - density + back)
        self.place = there if moved else here
        return moved

    def _density(self, place: Place, root: Floats, z: Floats) -> tuple[float, Floats]:
        """Return the log density of μ and L given z, and its slope (1, K + K (K + 1) / 2)."""
        prior, away = self.prior, place.mean - self.prior.location
        held = np.diag(prior.scatter) + prior.strength * np.outer(away, away)
        shape = prior.degrees + np.arange(1, away.size + 1)
        size = np.diag(root)
        density = float(place.value.sum() - (held * place.precision).sum() / 2 - shape @ np.log(size))
        shift = place.gradient.sum(axis=0) - prior.strength * place.precision @ away
        stretch = place.gradient.T @ z + place.precision @ np.linalg.solve(root, held).T
        np.fill_diagonal(stretch, np.diag(stretch) * size - shape)
        return density, np.concatenate([shift, stretch[np.tril_indices(away.size)]])[None]

    def _look(self) -> None:
        """Add the curvatures at the present θ to their averages."""
        place = self.place
        information = self.likelihood.curvature(place.tastes)
        root, z = place.standardised()
        self._curvatures.add(information + place.precision)
        self._whole.add(_whole_curvature(information, z, root, self.prior)[None])


def _whole_curvature(information: Floats, z: Floats, root: Floats, prior: Prior) -> Floats:
    """Return the expected curvature in μ and L of the likelihood and the prior, as `Chain._density` orders them.

    With ``∂θ_a / ∂μ_a = 1`` and ``∂θ_a / ∂L_ab = z_b`` it is ``Σ_i (1, z_i) (1, z_i)ᵀ ⊗ H_i``.
    """
    people, columns = z.shape
    unroot = inverse(root)
    precision = unroot.T @ unroot
    moves = np.column_stack([np.ones(people), z])
    pairs = (moves[:, :, None] * moves[:, None, :]).reshape(people, -1)
    whole = (pairs.T @ information.reshape(people, -1)).reshape(columns + 1, columns + 1, columns, columns)
    whole[0, 0] += prior.strength * precision
    whole[1:, 1:] += 2 * ((unroot * prior.scatter) @ unroot.T)[:, :, None, None] * precision
    row, column = np.tril_indices(columns)
    size = np.concatenate([np.ones(columns), np.where(row == column, np.diag(root)[row], 1.0)])
    a, b = np.append(np.arange(columns), row), np.append(np.zeros_like(row[:columns]), column + 1)
    curvature: Floats = whole[b[:, None], b, a[:, None], a] * np.outer(size, size)
    return curvature


def _dots(left: Floats, right: Floats) -> Floats:
    products: Floats = np.einsum("nk,nk->n", left, right)
    return products
