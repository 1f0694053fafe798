"""What every test may rely on: the packs, the shared real data if present, and printed seeds."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from huoshui.kernel.garbage import seldom
from tests.region import first_delivery_once, made_once

FIRMS = int(os.environ.get("HUOSHUI_TEST_FIRMS", "4000"))
ROOT = Path(__file__).resolve().parent.parent
PACKS = ROOT / "packs"
SHARED = ROOT.parent / "shared"

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("HUOSHUI_THREADS", "1")  # each core has a worker of its own

seldom()  # what tests are given, such as packs, stays

settings.register_profile(
    "house",
    deadline=None,  # the machines are shared; a slow moment is no failure
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def asof() -> dt.date:
    """The day that the demo region is seen on."""
    return dt.date(2026, 11, 20)


@pytest.fixture(scope="session")
def demo_packs() -> list[Path]:
    """The packs of the fictional region."""
    return [PACKS / "common", PACKS / "demo"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is no part of the repository; tests that need it skip where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the real data of ../shared/data is not here")
    return folder


@pytest.fixture(scope="session")
def random_seed() -> int:
    """A seed for tests that act at random; set HUOSHUI_TEST_SEED to repeat a run."""
    seed = int(os.environ.get("HUOSHUI_TEST_SEED", "20261121"))
    print(f"HUOSHUI_TEST_SEED={seed}")
    return seed


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The region of `make demo` with a fifth of its firms, and what the command printed.

    HUOSHUI_TEST_FIRMS=20000 makes it in full, where the rarest offers find somebody too.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return made_once(shared, "demo-region", firms=FIRMS)


@pytest.fixture(scope="session")
def small_region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A region of three hundred firms, for tests that change what they work on (copy it first)."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return made_once(shared, "small-region", firms=300)


@pytest.fixture(scope="session")
def first_delivery(small_region: tuple[Path, dict[str, Any]]) -> Path:
    """A home that knows the small region's first delivery and published it (copy it first)."""
    return first_delivery_once(small_region[0], small_region[1]["asof"])


SLOW = (
    "tests/browser",
    "tests/cli",
    "tests/doors",
    "tests/facts/test_ops.py",
    "tests/modelling",
    "tests/oracles",
    "tests/pipeline/test_ingest_kill.py",
    "tests/pipeline/test_ingest_registry.py",
    "tests/pipeline/test_replay.py",
    "tests/pipeline/test_sandbox.py",
    "tests/pipeline/test_requests.py",
    "tests/pipeline/test_snapshot.py",
    "tests/policy/expression/test_one_meaning.py",
    "tests/policy/test_machine.py",
    "tests/synth",
    "tests/web",
)
"""Where tests take more than a second or two each; `make quick` leaves these places out."""


LONG = (
    "tests/browser/test_loan_stories.py",
    "tests/engines/test_region.py",
    "tests/modelling/test_fitting.py::test_the_german_credit_card_reaches_the_reference",
    "tests/pipeline/test_real.py::test_the_card_fitted_again_is_the_pack_s_and_reaches_the_reference",
    "tests/simulate/test_months.py",
)
"""Whole lives of loans, a whole region on Spark, cards fitted on real data: `make long`."""

LONGEST = (
    *LONG,
    "tests/engines",
    "tests/cli/test_replay.py",
    "tests/cli/test_demo.py",
    "tests/browser",
    "tests/pipeline/test_sandbox.py",
    "tests/pipeline/test_replay.py",
    "tests/pipeline/test_real.py",
    "tests/web",
)
"""What takes minutes starts first, so that no worker is left with it when the other has ended."""


def _turn(item: pytest.Item) -> int:
    for turn, place in enumerate(LONGEST):
        if item.nodeid.startswith(place):
            return turn
    return len(LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and mark what is slow by where it stands."""
    items.sort(key=_turn)
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.long)
