"""Every call of operators as a value, as `calls` has those of everybody else."""

from gateway import (
    answers,
    answers_brakes,
    answers_money,
    answers_operator,
    answers_overview,
    requests,
    requests_money,
    requests_operator,
    requests_overview,
    schema,
    schema_money,
)
from gateway.client import asking
from gateway.client.wire import Request


def open_account(account: schema.AccountBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return asking.post("/v1/operator/accounts", answers.AccountAnswer, account, idempotency_key)


def create_key(key: schema.KeyBody, idempotency_key: str = "") -> Request[answers_brakes.KeyMade]:
    return asking.post("/v1/operator/keys", answers_brakes.KeyMade, key, idempotency_key)


def revoke_key(key_id: str) -> Request[answers_brakes.KeyRevoked]:
    return Request("DELETE", asking.at("operator/keys", key_id), answers_brakes.KeyRevoked)


def deposit(money: schema.MoneyBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return asking.post("/v1/operator/deposits", answers.AccountAnswer, money, idempotency_key)


def withdraw(money: schema.MoneyBody, idempotency_key: str = "") -> Request[answers.AccountAnswer]:
    return asking.post("/v1/operator/withdrawals", answers.AccountAnswer, money, idempotency_key)


def define_programme(
    programme: requests_money.ProgrammeBody, idempotency_key: str = ""
) -> Request[answers_money.ProgrammeAnswer]:
    return asking.post("/v1/operator/programmes", answers_money.ProgrammeAnswer, programme, idempotency_key)


def relate(relation: requests_money.RelationBody, idempotency_key: str = "") -> Request[answers_money.GroupsRelated]:
    return asking.post("/v1/operator/relations", answers_money.GroupsRelated, relation, idempotency_key)


def cancel_lease(
    lease_id: str, cancel: requests_money.CancelLeaseBody, idempotency_key: str = ""
) -> Request[answers_brakes.LeaseCancelled]:
    return asking.post(
        f"{asking.at('operator/leases', lease_id)}/cancel", answers_brakes.LeaseCancelled, cancel, idempotency_key
    )


def contests(page: schema.Page | None = None) -> Request[answers_money.Contests]:
    return asking.get("/v1/operator/contests", answers_money.Contests, asking.query(page))


def rule(
    contest_id: str, ruling: requests_money.RulingBody, idempotency_key: str = ""
) -> Request[answers_brakes.ContestRuled]:
    path = f"{asking.at('operator/contests', contest_id)}/ruling"
    return asking.post(path, answers_brakes.ContestRuled, ruling, idempotency_key)


def alerts(page: requests_money.FlagPage | None = None) -> Request[answers_money.Flags]:
    return asking.get("/v1/operator/alerts", answers_money.Flags, asking.query(page))


def sessions(page: schema.Page | None = None) -> Request[answers_operator.Sessions]:
    return asking.get("/v1/operator/sessions", answers_operator.Sessions, asking.query(page))


def accounts(page: schema.Page | None = None) -> Request[answers_overview.Accounts]:
    return asking.get("/v1/operator/accounts", answers_overview.Accounts, asking.query(page))


def account_of(account_id: str) -> Request[answers_overview.AccountDetail]:
    return asking.get(asking.at("operator/accounts", account_id), answers_overview.AccountDetail)


def transfers_of(account_id: str, page: requests_money.TransferPage | None = None) -> Request[answers_money.Transfers]:
    return asking.get(
        f"{asking.at('operator/accounts', account_id)}/transfers", answers_money.Transfers, asking.query(page)
    )


def all_leases(page: requests_overview.AllLeasesPage | None = None) -> Request[answers.Leases]:
    return asking.get("/v1/operator/leases", answers.Leases, asking.query(page))


def any_lease(lease_id: str) -> Request[schema_money.Lease]:
    return asking.get(asking.at("operator/leases", lease_id), schema_money.Lease)


def any_statement(lease_id: str) -> Request[answers_money.Statement]:
    return asking.get(f"{asking.at('operator/leases', lease_id)}/statement", answers_money.Statement)


def capacity(page: requests_overview.CapacityPage | None = None) -> Request[answers_overview.Capacities]:
    return asking.get("/v1/operator/capacity", answers_overview.Capacities, asking.query(page))


def market_capacity(
    region: str, chip: str, page: requests_overview.CapacityPage | None = None
) -> Request[answers_overview.Capacities]:
    path = f"/v1/operator/capacity{asking.market(region, chip).removeprefix('/v1/markets')}"
    return asking.get(path, answers_overview.Capacities, asking.query(page))


def programme_use() -> Request[answers_overview.ProgrammeUses]:
    return asking.get("/v1/operator/programmes", answers_overview.ProgrammeUses)


def past_book(asked: requests_overview.PastBookQuery) -> Request[answers_overview.PastBook]:
    return asking.get("/v1/operator/past/book", answers_overview.PastBook, asking.query(asked))


def set_market_state(
    region: str, chip: str, brake: requests.MarketStateBody, idempotency_key: str = ""
) -> Request[answers_brakes.MarketStateSet]:
    path = f"/v1/operator{asking.market(region, chip).removeprefix('/v1')}/state"
    return asking.post(path, answers_brakes.MarketStateSet, brake, idempotency_key)


def halt(brake: requests.HaltBody, idempotency_key: str = "") -> Request[answers_brakes.MarketStateSet]:
    return asking.post("/v1/operator/halt", answers_brakes.MarketStateSet, brake, idempotency_key)


def set_band(
    region: str, chip: str, band: requests_operator.BandBody, idempotency_key: str = ""
) -> Request[answers_brakes.BandSet]:
    path = f"/v1/operator{asking.market(region, chip).removeprefix('/v1')}/band"
    return asking.post(path, answers_brakes.BandSet, band, idempotency_key)


def block_account(
    account_id: str, why: requests_operator.BrakeBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    return _brake("accounts", account_id, "block", why, idempotency_key)


def unblock_account(
    account_id: str, why: requests_operator.BrakeBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    return _brake("accounts", account_id, "unblock", why, idempotency_key)


def cancel_orders(
    account_id: str, which: requests_operator.OrdersBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    return _brake("accounts", account_id, "cancel-orders", which, idempotency_key)


def brake_key(
    key_id: str, why: requests_operator.BrakeBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    """Revoke a key, and say why."""
    return _brake("keys", key_id, "revoke", why, idempotency_key)


def pause_programme(
    programme: str, why: requests_operator.BrakeBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    return _brake("programmes", programme, "pause", why, idempotency_key)


def resume_programme(
    programme: str, why: requests_operator.BrakeBody, idempotency_key: str = ""
) -> Request[answers_brakes.Braked]:
    return _brake("programmes", programme, "resume", why, idempotency_key)


def brakes() -> Request[answers_brakes.Braking]:
    return asking.get("/v1/operator/brakes", answers_brakes.Braking)


def proposals(page: requests_operator.ProposalPage | None = None) -> Request[answers_brakes.Proposals]:
    return asking.get("/v1/operator/proposals", answers_brakes.Proposals, asking.query(page))


def confirm(
    proposal_id: str, word: requests_operator.WordBody, idempotency_key: str = ""
) -> Request[answers_brakes.ProposalAnswer]:
    path = f"{asking.at('operator/proposals', proposal_id)}/confirm"
    return asking.post(path, answers_brakes.ProposalAnswer, word, idempotency_key)


def reject(
    proposal_id: str, word: requests_operator.WordBody, idempotency_key: str = ""
) -> Request[answers_brakes.ProposalAnswer]:
    path = f"{asking.at('operator/proposals', proposal_id)}/reject"
    return asking.post(path, answers_brakes.ProposalAnswer, word, idempotency_key)


def audit_log(page: requests_operator.AuditPage | None = None) -> Request[answers_brakes.AuditEntries]:
    return asking.get("/v1/operator/audit", answers_brakes.AuditEntries, asking.query(page))


def audit() -> Request[answers_operator.AuditOut]:
    return asking.get("/v1/operator/invariants", answers_operator.AuditOut)


def _brake(noun: str, name: str, verb: str, body: schema.Body, idempotency_key: str) -> Request[answers_brakes.Braked]:
    return asking.post(f"{asking.at(f'operator/{noun}', name)}/{verb}", answers_brakes.Braked, body, idempotency_key)
