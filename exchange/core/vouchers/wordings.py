"""What the wordings of all programmes say together, worked out once and kept until one of them changes.

Every trade asks it: which programmes pay on such a supply, whoever claims, and which of them shut each other out. Few
kinds of supply are ever leased, and few uses have a rate of their own, so the answers are few.
"""

from typing import NamedTuple

from msgspec.structs import replace

from exchange.core.vouchers.programme import Programme
from exchange.core.vouchers.subsidy import Supply, rate_bp
from exchange.language.claims import clash
from exchange.language.units import BasisPoints

Programmes = dict[str, Programme]  # all of them, in the order of their definition


class Payer(NamedTuple):
    """A programme that pays on some supply, and how much of its cost."""

    programme: Programme
    share_bp: BasisPoints


class Wordings:
    """Answers by kind of supply and by programme, to be forgotten when a programme is worded anew."""

    __slots__ = ("_payers", "_rivals", "_uses")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A programme has been defined, or worded anew."""
        self._payers: dict[Supply, dict[str, Payer]] = {}
        self._rivals: dict[str, list[Programme]] = {}
        self._uses: dict[str, None] | None = None  # those that a rate names

    def payers(self, programmes: Programmes, supply: Supply) -> dict[str, Payer]:
        """The programmes that pay on a supply, by name, in the order of their definition."""
        if self._uses is None:
            self._uses = {rate.use: None for each in programmes.values() for rate in each.definition.rates}
        if supply.use not in self._uses:
            supply = replace(supply, use="")
        found = self._payers.get(supply)
        if found is None:
            shares = [(each, rate_bp(each.definition, supply)) for each in programmes.values()]
            found = self._payers[supply] = {each.id: Payer(each, share) for each, share in shares if share}
        return found

    def rivals(self, programmes: Programmes, programme: Programme) -> list[Programme]:
        """Those that one programme excludes, or that exclude it."""
        found = self._rivals.get(programme.id)
        if found is None:
            terms = programme.definition
            found = [other for other in programmes.values() if clash(terms, other.definition)]
            self._rivals[programme.id] = found
        return found
