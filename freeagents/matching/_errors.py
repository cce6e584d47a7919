"""What can be wrong with a problem or a policy, as codes and parameters."""

from __future__ import annotations

from dataclasses import dataclass


class ProblemError(ValueError):
    """A problem cannot be solved as it is stated.

    :ivar field: the name of the array or value at fault, such as ``seats`` or ``fit.ranks``.
    :ivar code: what is wrong with it, such as ``not_whole``, ``out_of_range`` or ``rule_broken``.
    :ivar index: the first place at fault; None: the value as a whole.
    :ivar params: what else a sentence about it needs.
    """

    def __init__(self, field: str, code: str, index: int | None = None, **params: object) -> None:
        place = field if index is None else f"{field}[{index}]"
        details = "".join(f" {name}={value!r}" for name, value in params.items())
        super().__init__(f"{place}: {code}{details}")
        self.field = field
        self.code = code
        self.index = index
        self.params = params


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a policy: its dotted ``key``, a ``code``, and the ``allowed`` values if known."""

    key: str
    code: str
    allowed: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.code}" + (f" (allowed: {self.allowed})" if self.allowed else "")


class PolicyError(ValueError):
    """A policy cannot be used; ``faults`` lists everything found wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults
