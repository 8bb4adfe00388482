"""Generated commands about who is still there: dead men that are wound up, sessions that are armed and end."""

from exchange.language.commands import Command
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from exchange.language.limits import DEAD_MAN_MAX_S
from tests.properties.choices import Choices
from tests.reference.market import Market


def a_watch(choices: Choices, market: Market) -> Command:
    """A dead man set, sooner or later than before or off, or a session that is armed, disarmed or gone."""
    account = "nobody" if choices.chance(30) else choices.pick(("ann", "ben", "cem", "dot"))
    kind = choices.pick(("dead man", "dead man", "arm", "end"))
    if kind == "dead man":
        seconds = choices.pick((900, 3600, 1, 7200, 0, 5400, DEAD_MAN_MAX_S, 450))
        return SetDeadMan(account_id=account, seconds=choices.pick((-1, 86_401)) if choices.chance(30) else seconds)
    session = choices.pick(("s1", "s2", "s3", "s4", "s5", "s6")) if kind == "arm" else choices.one_of([*market.armed])
    if kind == "end":
        return EndSession(session_id=session or "s7")
    assert session is not None
    if choices.chance(30):
        session *= choices.pick((0, 30))
    return ArmSession(account_id=account, session_id=session, armed=not choices.chance(4))
