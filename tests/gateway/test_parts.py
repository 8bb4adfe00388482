"""Parts of the edge by themselves: the catalogue of refusals, nesting, the vault, keys."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from exchange.language.rejects import Code
from gateway.auth import hash_secret, new_key
from gateway.decode import DEPTH_MAX, check_depth, misshapen
from gateway.errors import CATALOGUE, WIRE, Refusal, new_request_id, refusal_of
from gateway.vault import KEY_FILE, Vault, VaultError


def test_every_refusal_has_a_problem() -> None:
    for code, entry in CATALOGUE.items():
        problem = Refusal(code, "field").problem("req-1")
        assert (problem.code, problem.status, problem.title) == (code, entry.status, entry.title)
        assert problem.type == f"urn:leasebook:problem:{code}"
        assert problem.detail
        assert problem.outcome == ("unknown" if code in ("unavailable", "internal") else "rejected")
    assert {code.wire for code in Code} | set(WIRE) == set(CATALOGUE)


def test_a_code_outside_the_catalogue_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        Refusal("made_up")


def test_a_defect_keeps_its_words_to_itself() -> None:
    told = refusal_of(ZeroDivisionError("deep inside"), new_request_id()).problem("req-1")
    assert (told.code, told.outcome) == ("internal", "unknown")
    assert "deep inside" not in told.detail


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("Object contains unknown field `a`", "unknown_field", "a"),
        ("Object contains unknown field `a - at `$.b`` - at `$.c[0]`", "unknown_field", "c[0].a - at `$.b`"),
        ("Object missing required field `a` - at `$.b[3].c`", "missing_field", "b[3].c.a"),
        ("Expected `str`, got `int` - at `$.a`", "wrong_type", "a"),
        ("Expected `object`, got `array`", "wrong_type", None),
        ("Expected `str` of length >= 1 - at `$.a[1]`", "bad_format", "a[1]"),
        ("Invalid enum value 'x' - at `$.a`", "bad_value", "a"),
    ],
)
def test_what_a_wrong_shape_is_called(message: str, code: str, param: str | None) -> None:
    refusal = misshapen(message)
    assert (refusal.code, refusal.param) == (code, param)


def test_nesting_is_counted_outside_strings() -> None:
    check_depth(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
    check_depth(b"[" + b"[]," * 500 + b"[]]")
    check_depth(b'{"a": "' + b"[{" * 500 + b'\\"' + b"[{" * 500 + b'"}')
    for deep in (b"[" * (DEPTH_MAX + 1), b'["a]", ' * 40, b'{"\\\\": ' * 40, b'["' + b'\\"' * 9 + b'", ' + b"{" * 32):
        with pytest.raises(Refusal, match="too_deep"):
            check_depth(deep)


def test_a_vault_keeps_its_key_to_its_owner(tmp_path: Path) -> None:
    vault = Vault.at(tmp_path / "new")
    key_file = tmp_path / "new" / KEY_FILE
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    sealed = vault.seal(b'{"token": "s3cret"}')
    assert b"s3cret" not in sealed
    assert sealed != vault.seal(b'{"token": "s3cret"}')
    assert Vault.at(tmp_path / "new").open(sealed) == b'{"token": "s3cret"}'
    with pytest.raises(VaultError, match="another access key"):
        Vault(Fernet.generate_key().decode()).open(sealed)
    key_file.write_bytes(b"\xff broken")
    with pytest.raises(VaultError, match="32 bytes"):
        Vault.at(tmp_path / "new")


def test_keys_are_long_and_known_by_their_hash() -> None:
    made = [new_key() for _ in range(100)]
    assert len(dict(made)) == 100
    for key_id, secret in made:
        assert secret.startswith("lbk_")
        assert len(secret) >= 40
        assert secret not in key_id
        assert len(hash_secret(secret)) == 64
