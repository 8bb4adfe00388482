"""Voucher programmes are defined, and owner groups declared affiliated: the commands of those who run the venue."""

from collections.abc import Iterator, Sequence

from exchange.core import risk
from exchange.core.state import State
from exchange.core.vouchers import funding
from exchange.core.vouchers.granting import pair
from exchange.core.vouchers.programme import Programme
from exchange.language import limits
from exchange.language.commands import (
    ALL_OTHERS,
    AUTO,
    CAP_SCOPES,
    IN_TOTAL,
    ORIGINS,
    POOL_KINDS,
    SUPPLIES,
    DefineProgramme,
    RelateGroups,
)
from exchange.language.events_money import GroupsRelated, ProgrammeDefined
from exchange.language.port import Outcome
from exchange.language.rejects import Code, Reject
from exchange.language.units import BP_PER_ONE, Micros, format_money


def define_programme(state: State, command: DefineProgramme) -> Outcome | Reject:
    """Define a voucher programme, or word it anew for trades from now on."""
    known = state.programmes.get(command.programme)
    if (reject := risk.gravest([*_wording_faults(state, command), *_pool_faults(state, command, known)])) is not None:
        return reject
    # ---- no return ----
    if known is None:
        known = state.programmes[command.programme] = Programme(definition=command)
    known.definition = command
    state.wordings.forget()
    state.emit(ProgrammeDefined(definition=command))
    funding.fill(state, known)
    return Outcome(state.seq)


def relate_groups(state: State, command: RelateGroups) -> Outcome | Reject:
    """Declare two owner groups affiliated, or no longer. What is so already is answered as if it had just become so."""
    for field, group in (("group", command.group), ("other_group", command.other_group)):
        if not 0 < len(group) <= limits.SLUG_MAX_CHARS:
            return Reject(Code.BAD_VALUE, field, f"name an owner group, in at most {limits.SLUG_MAX_CHARS} characters")
    if command.group == command.other_group:
        return Reject(Code.BAD_VALUE, "other_group", "a group is not affiliated with itself; name another")
    if not 0 < len(command.reason) <= limits.TEXT_MAX_CHARS:
        return Reject(Code.BAD_VALUE, "reason", f"say why, in at most {limits.TEXT_MAX_CHARS} characters")
    both = pair(command.group, command.other_group)
    if command.related == (both in state.affiliated):
        return Outcome(state.seq, repeated=True)
    # ---- no return ----
    if command.related:
        state.affiliated[both] = None
    else:
        del state.affiliated[both]
    state.emit(
        GroupsRelated(
            group=command.group,
            other_group=command.other_group,
            related=command.related,
            reason=command.reason,
            operator_id=command.operator_id,
        )
    )
    return Outcome(state.seq)


def _wording_faults(state: State, terms: DefineProgramme) -> Iterator[Reject]:
    """What is wrong with a wording by itself."""
    yield from _name_faults(state, terms)
    yield from _length_faults(terms)
    if terms.from_s is not None and terms.until_s is not None and terms.until_s <= terms.from_s:
        yield Reject(Code.WINDOW_EMPTY, "until", "after `from`")
    for place, rate in enumerate(terms.rates):
        if not 0 <= rate.share_bp <= BP_PER_ONE:
            yield Reject(Code.SHARE_OUT_OF_RANGE, f"rates[{place}].share", "from 0 to 1")
        yield from _choice_faults(rate.supply, SUPPLIES, f"rates[{place}].supply")
        yield from _choice_faults(rate.chip, ORIGINS, f"rates[{place}].chip")
    for place, cap in enumerate(terms.caps):
        yield from _choice_faults(cap.scope, CAP_SCOPES, f"caps[{place}].scope")
        yield from _amount_faults(cap.amount_micros, f"caps[{place}].amount")
    for place, group in enumerate(terms.claimants):
        if not group:
            yield Reject(Code.BAD_VALUE, f"claimants[{place}]", "name one tag at least, or leave the group out")


def _name_faults(state: State, terms: DefineProgramme) -> Iterator[Reject]:
    """What a wording names, and what it is called."""
    name = terms.programme
    if not 0 < len(name) <= limits.SLUG_MAX_CHARS or name == AUTO or any(sign in name for sign in "/:*"):
        yield Reject(Code.BAD_VALUE, "programme", f'a name such as "wx-2025", at most {limits.SLUG_MAX_CHARS} long')
    if name not in state.programmes and len(state.programmes) >= limits.ALL_PROGRAMMES_MAX:
        detail = f"there are {limits.ALL_PROGRAMMES_MAX} programmes, and there can be no more; word one of them anew"
        yield Reject(Code.BAD_VALUE, "programme", detail)
    for field in ("name_en", "name_zh"):
        if not 0 < len(getattr(terms, field)) <= limits.TEXT_MAX_CHARS:
            yield Reject(Code.BAD_VALUE, field, f"a name of at most {limits.TEXT_MAX_CHARS} characters")
    for place, region in enumerate(terms.local_regions):
        if region not in state.catalog.regions:
            detail = f"no region is called {region}; see the catalogue"
            yield Reject(Code.UNKNOWN_REGION, f"local_regions[{place}]", detail)
    for place, other in enumerate(terms.excludes):
        if other == name:
            yield Reject(Code.BAD_VALUE, f"excludes[{place}]", "a programme cannot exclude itself")
        elif other != ALL_OTHERS and other not in state.programmes:
            yield Reject(Code.UNKNOWN_PROGRAMME, f"excludes[{place}]", f"no programme is called {other}")


def _length_faults(terms: DefineProgramme) -> Iterator[Reject]:
    most = limits.RATES_MAX
    lists: dict[str, Sequence[object]] = {
        "rates": terms.rates,
        "caps": terms.caps,
        "local_regions": terms.local_regions,
        "local_supplier_tags": terms.local_supplier_tags,
        "claimants": terms.claimants,
        "places": terms.claimant_places,
        "barred": terms.barred_tags,
        "excludes": terms.excludes,
    }
    lists |= {f"claimants[{place}]": group for place, group in enumerate(terms.claimants)}
    lists |= {f"caps[{place}].only": cap.only_tags for place, cap in enumerate(terms.caps)}
    lists |= {f"caps[{place}].except": cap.except_tags for place, cap in enumerate(terms.caps)}
    for field, entries in lists.items():
        if len(entries) > most:
            yield Reject(Code.BAD_VALUE, field, f"at most {most}")


def _pool_faults(state: State, terms: DefineProgramme, known: Programme | None) -> Iterator[Reject]:
    """What is wrong with a pool: by itself, and beside what has been granted."""
    if terms.pool_micros is None:
        if terms.pool_is:
            yield Reject(Code.BAD_VALUE, "pool_is", "goes with a pool, and only with one")
        return
    yield from _choice_faults(terms.pool_is, POOL_KINDS, "pool_is")
    yield from _amount_faults(terms.pool_micros, "pool")
    worded = Programme(definition=terms)
    held: Micros = 0
    if known is not None:
        worded.years, held = known.years, funding.pool_micros(state, known)
        worded.committed_micros, worded.redeemed_micros = known.committed_micros, known.redeemed_micros
    granted = worded.granted_micros(state.year)
    if not worded.grows and terms.pool_micros < granted:
        when = "in all" if terms.pool_is == IN_TOTAL else "this year"
        detail = f"{format_money(granted)} CNY of it have been granted {when}; the pool cannot be less"
        yield Reject(Code.POOL_COMMITTED, "pool", detail)
    room = funding.money_room_micros(state)
    if terms.pool_micros - granted - held > room:
        yield Reject(Code.AMOUNT_OUT_OF_RANGE, "pool", f"the market can take in {format_money(room)} CNY more")


def _choice_faults(value: str, allowed: tuple[str, ...], field: str) -> Iterator[Reject]:
    if value not in allowed:
        yield Reject(Code.BAD_VALUE, field, f"one of {', '.join(allowed)}")


def _amount_faults(amount_micros: Micros, field: str) -> Iterator[Reject]:
    if not 0 < amount_micros <= limits.AMOUNT_MAX_MICROS:
        most = format_money(limits.AMOUNT_MAX_MICROS)
        yield Reject(Code.AMOUNT_OUT_OF_RANGE, field, f"more than 0, at most {most} CNY")
