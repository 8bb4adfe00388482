"""What the market's code never does, where no linter has a rule for it: floats, order by chance, addresses in a lock.

Money, chips and time are integers, so the market's source has no float literal, no true division and no `float`. The
order of a set depends on hashes, so the core never walks one; it sorts it first, or keeps a dict.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SET_MAKERS = ("set", "frozenset")
SET_METHODS = ("union", "intersection", "difference", "symmetric_difference")

Ban = Callable[[ast.AST], str | None]


def float_use(node: ast.AST) -> str | None:
    """How this node lets a float in, or none."""
    match node:
        case ast.Constant(value=float() | complex()):
            return f"float literal {node.value!r}"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "true division"
        case ast.Call(func=ast.Name(id="float")):
            return "call of float()"
    return None


def is_set(node: ast.expr) -> bool:
    """Whether this expression is a set on the face of it; what a name holds is not followed."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in SET_MAKERS
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in SET_METHODS
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return is_set(left) or is_set(right)
    return False


def set_walk(node: ast.AST) -> str | None:
    """How this node walks a set in whatever order its hashes give, or none."""
    match node:
        case ast.For(iter=walked) | ast.comprehension(iter=walked) if is_set(walked):
            return "walks a set"
        case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate" | "iter"), args=[walked, *_]) if is_set(walked):
            return "orders a set by its hashes"
    return None


def breaches(source: str, ban: Ban) -> Iterator[str]:
    """Each place in `source` that the ban forbids, as `line: how`."""
    for node in ast.walk(ast.parse(source)):
        if how := ban(node):
            # a comprehension has no line of its own, what it walks has
            line = getattr(node, "lineno", None) or getattr(getattr(node, "iter", None), "lineno", 0)
            yield f"{line}: {how}"


def breaches_under(folder: str, ban: Ban) -> list[str]:
    """Each place under `folder` that the ban forbids, as `path:line: how`."""
    sources = sorted((ROOT / folder).rglob("*.py"))
    assert sources, f"no code in {folder}"
    return [
        f"{path.relative_to(ROOT).as_posix()}:{breach}"
        for path in sources
        for breach in breaches(path.read_text(encoding="utf-8"), ban)
    ]


@pytest.mark.parametrize("folder", ["exchange/core", "exchange/language"])
def test_the_market_has_no_floats(folder: str) -> None:
    assert breaches_under(folder, float_use) == []


def test_the_core_never_walks_a_set() -> None:
    assert breaches_under("exchange/core", set_walk) == []


@pytest.mark.parametrize("lock", ["requirements/runtime.txt", "requirements/dev.txt"])
def test_a_lock_names_no_address(lock: str) -> None:
    """Whoever installs chooses the registry; the hashes say what must come from it."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.mark.parametrize(
    ("source", "ban", "expected"),
    [
        ("x = 0.5", float_use, ["1: float literal 0.5"]),
        ("x = 1e6", float_use, ["1: float literal 1000000.0"]),
        ("x = 7 / 2", float_use, ["1: true division"]),
        ("x = 1\nx /= 2", float_use, ["2: true division"]),
        ("x = float('3')", float_use, ["1: call of float()"]),
        ("x = 7 // 2\ny: float", float_use, []),
        ("for x in {1, 2}: pass", set_walk, ["1: walks a set"]),
        ("y = [x\n     for x in set(z)]", set_walk, ["2: walks a set"]),
        ("for x in a.union(b): pass", set_walk, ["1: walks a set"]),
        ("for x in set(a) - b: pass", set_walk, ["1: walks a set"]),
        ("y = tuple({x for x in z})", set_walk, ["1: orders a set by its hashes"]),
        ("for x in sorted(set(a)): pass\nfor y in {1: 2}: pass", set_walk, []),
    ],
)
def test_the_bans_see_what_they_forbid(source: str, ban: Ban, expected: list[str]) -> None:
    assert list(breaches(source, ban)) == expected
