"""The words of a story about who is still there.

alice   winds up for 30m
alice   winds down
alice   arms laptop
alice   disarms laptop
alice   loses laptop
venue   restarts
"""

import re

from exchange.core.digest import digest
from exchange.core.snapshot import load, save
from exchange.language.commands import Command
from exchange.language.commands_sessions import ArmSession, EndSession, SetDeadMan
from tests.properties.twins import Twins
from tests.story_words import LENGTH, length_of

WOUND = re.compile(rf"winds up for (?P<length>{LENGTH})")
SESSION = re.compile(r"(?P<verb>arms|disarms|loses) (?P<session>[\w-]+)")
RESTART = "restarts"


def read_watch(who: str, says: str) -> Command | None:
    """The command, if the words are of this kind."""
    if says == "winds down":
        return SetDeadMan(account_id=who, seconds=0)
    if found := WOUND.fullmatch(says):
        return SetDeadMan(account_id=who, seconds=length_of(found["length"]))
    if found := SESSION.fullmatch(says):
        session = found["session"]
        if found["verb"] == "loses":
            return EndSession(session_id=session)
        return ArmSession(account_id=who, session_id=session, armed=found["verb"] == "arms")
    return None


def restart(twins: Twins) -> None:
    """Go on with what a snapshot kept, and nothing else."""
    before = digest(twins.machine.state)
    twins.machine.state = load(save(twins.machine.state))
    assert digest(twins.machine.state) == before
