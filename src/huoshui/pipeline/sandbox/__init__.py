"""The sandbox: what a change of policy would do, before it takes effect."""

from huoshui.pipeline.sandbox.difference import CAUTION, Difference, difference
from huoshui.pipeline.sandbox.listing import write_list
from huoshui.pipeline.sandbox.sides import SandboxRefusal

__all__ = ["CAUTION", "Difference", "SandboxRefusal", "difference", "write_list"]
