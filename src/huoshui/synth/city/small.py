"""The many small of a neighbourhood, quiet firms, shops and cooperatives, with what is hidden.

As with the firms that are told of in full, all that offices say of one follows from one hidden
stress: who is pressed sells less, pays less tax, insures fewer and borrows worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from huoshui.synth import names
from huoshui.synth.population import Region
from huoshui.synth.tables.drawing import of_firms
from huoshui.synth.tables.registration import addresses, phones, representatives


@dataclass(frozen=True)
class Small:
    """A neighbourhood with the values of its small; arrays have a place for every subject."""

    region: Region
    firms: np.ndarray  # positions of the quiet firms
    shops: np.ndarray
    trading: np.ndarray  # whether it does any business
    sales_fen: np.ndarray  # of a year
    staff: np.ndarray
    defaulted: np.ndarray  # within the year after the day

    @cached_property
    def homes(self) -> np.ndarray:
        """Give everybody's address; of a registered firm the one on its register."""
        region = self.region
        everybody = np.arange(len(region.subjects))
        found = addresses(region, everybody, region.rng("homes")).values
        told = of_firms(region, 0.985, "market_registration")
        found[told] = addresses(region, told, region.rng("addresses")).values
        return found

    @cached_property
    def heads(self) -> np.ndarray:
        """Name everybody's representative."""
        region = self.region
        found = names.people(region.rng("heads"), len(region.subjects)).astype(object)
        found[: len(region.firms)] = representatives(region)
        return found

    @cached_property
    def phones(self) -> np.ndarray:
        """Give everybody's telephone number."""
        return phones(self.region)


def small_made(region: Region) -> Small:
    """Draw what is hidden of the small."""
    rng, people, count = region.rng("small"), region.subjects, len(region.subjects)
    stress, first = region.stress, len(region.firms)
    quiet = np.arange(first, first + region.crowd.quiet)
    shops = people.of("individual_business")
    is_shop = people.kind == "individual_business"
    trading = rng.random(count) < np.where(is_shop, 0.80, 0.58) - 0.10 * np.clip(stress, -1, 2)
    usual = np.where(is_shop, 12.3, 12.6)  # of the logarithm of yuan
    sales = np.exp(rng.normal(usual - 0.22 * stress, 0.9)) + rng.pareto(2.2, count) * 20_000
    staff = np.minimum(rng.geometric(np.where(is_shop, 0.55, 0.35)), 60)
    pressed = 1 / (1 + np.exp(4.0 - 1.1 * stress))
    defaulted = (rng.random(count) < pressed) & np.isnat(region.alive_before)
    defaulted[people.of("branch")] = False
    defaulted[:first] = region.firms.defaulted
    return Small(
        region=region,
        firms=quiet,
        shops=shops,
        trading=trading,
        sales_fen=np.rint(sales).astype(np.int64) * 100,
        staff=staff,
        defaulted=defaulted,
    )
