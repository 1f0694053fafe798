"""What an address names, or the page for what is not there: which does not say whether it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404

from huoshui.kernel.errors import Refused

Found = TypeVar("Found")


def found_or_404(look: Callable[[], Found]) -> Found:
    """Give what a query finds; where it refuses, as what is unknown or another's, there is nothing.

    The attempt is recorded all the same.
    """
    try:
        return look()
    except Refused as refused:
        raise Http404(str(refused)) from refused
