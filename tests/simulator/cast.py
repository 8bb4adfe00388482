"""Who takes part in a history, the market they meet in, and the seeds that open it."""

from typing import Final

from msgspec.structs import replace

from exchange.language.commands import (
    AUTO_VOUCHERS,
    AdvanceTime,
    Cap,
    Command,
    DefineProgramme,
    Deposit,
    OpenAccount,
    Rate,
    RegisterKey,
    SetRules,
)
from exchange.language.units import HOUR_S, MICROS_PER_CNY
from gateway.auth import PREFIX, hash_secret
from tests.properties.world import CHIPS, REGIONS, RULES, TENORS_S, catalogue
from tests.simulator.world import START_S

VENUE: Final = "venue"
TRADERS: Final = ("ann", "ben", "cem", "dot", "eve", "fay")
GROUPS: Final = ("acme", "bolt", "core", "acme", "echo", "fern")  # ann and dot belong together
SCOPES: Final = ("read", "trade", "provide")
PLACES: Final = ((REGIONS[0], CHIPS[0]), (REGIONS[0], CHIPS[0]), (REGIONS[1], CHIPS[1]))
TENORS: Final = TENORS_S[:4]
VOUCHERS: Final = (AUTO_VOUCHERS, AUTO_VOUCHERS, (), ("hz",))
CASH_MICROS: Final = 400 * MICROS_PER_CNY

_PROGRAMME: Final = DefineProgramme(
    programme="hz",
    name_en="hz",
    name_zh="hz",
    rates=(Rate(share_bp=2333),),
    caps=(Cap(scope="year", amount_micros=40 * MICROS_PER_CNY),),
    pool_micros=100 * MICROS_PER_CNY,
    pool_is="total",
)


def secret_of(account_id: str) -> str:
    """The key that an account logs in with."""
    return f"{PREFIX}{account_id}"


def seeds() -> list[Command]:
    """What an empty market begins with."""
    rules = SetRules(rules=replace(RULES, contest_s=HOUR_S))
    return [
        *(rules if isinstance(command, SetRules) else command for command in catalogue(at_s=START_S)),
        _PROGRAMME,
        *(
            OpenAccount(account_id=trader, roles=("buyer", "provider"), owner_group=group, tags=("sme",))
            for trader, group in zip(TRADERS, GROUPS, strict=True)
        ),
        OpenAccount(account_id=VENUE, roles=("operator",), owner_group=VENUE),
        *(
            RegisterKey(key_id=f"key-{name}", secret_hash=hash_secret(secret_of(name)), account_id=name, scopes=SCOPES)
            for name in TRADERS
        ),
        *(Deposit(account_id=trader, amount_micros=CASH_MICROS, operator_id=VENUE) for trader in TRADERS),
    ]


assert not any(isinstance(command, AdvanceTime) and command.to_s > START_S for command in seeds())
