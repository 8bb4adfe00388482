"""Regions, chips and their 度 rates, tenors and market rules: what orders may name, as commands have defined it."""

from exchange.language.commands import DefineChip, DefineRegion, Rules
from exchange.language.units import BP_PER_ONE, Seconds


class Catalog:
    """Empty until the seeds have been loaded; then always with rules and tenors."""

    __slots__ = ("chips", "regions", "rules", "tenors_s")

    def __init__(self) -> None:
        self.regions: dict[str, DefineRegion] = {}
        self.chips: dict[str, DefineChip] = {}
        self.tenors_s: tuple[Seconds, ...] = ()
        self.rules: Rules | None = None

    @property
    def law(self) -> Rules:
        """The rules, which no order comes before."""
        assert self.rules is not None
        return self.rules

    @property
    def open(self) -> bool:
        """Whether orders can come: there are rules and tenors to judge them by."""
        return self.rules is not None and bool(self.tenors_s)

    def next_step_s(self, now_s: Seconds) -> Seconds:
        """The first instant at which a lease can start now."""
        assert self.rules is not None
        step_s = self.rules.step_s
        return -(-now_s // step_s) * step_s


def rules_fault(rules: Rules) -> str | None:
    """What is wrong with a set of rules, if anything: the field's name."""
    for name in ("step_s", "tick_micros", "bond_window_s", "period_s", "silent_periods", "band_trades"):
        if getattr(rules, name) <= 0:
            return name
    for name in ("buyer_fee_bp", "provider_fee_bp", "bond_rate_bp", "allowance_bp", "penalty_rate_bp", "band_bp"):
        if not 0 <= getattr(rules, name) <= BP_PER_ONE:
            return name
    for name in ("start_grace_s", "close_grace_s", "contest_s"):
        if getattr(rules, name) < 0:
            return name
    return "period_s" if rules.period_s % rules.step_s else None
