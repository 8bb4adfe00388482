"""Files and functions stay small: the exceptions are counted here, and the counts only fall.

A file has at most 400 lines and a function at most 70, decorators and docstring included. What is over has to be
recorded below with its exact length, so growing it, shrinking it and mending it all show up here; only the last two
are welcome.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("exchange", "gateway", "loadtests", "tests")
FILE_LINES = 400
FUNCTION_LINES = 70

# place -> its length in lines; a place is "path" or "path::function"
EXCEPTIONS: dict[str, int] = {}


def functions(node: ast.AST, place: str) -> Iterator[tuple[str, int]]:
    """Every function below `node` with its dotted place and its length in lines, decorators included."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{place}.{child.name}" if "::" in place else f"{place}::{child.name}"
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            yield name, (child.end_lineno or child.lineno) - first + 1
            yield from functions(child, name)
        elif isinstance(child, ast.ClassDef):
            name = f"{place}.{child.name}" if "::" in place else f"{place}::{child.name}"
            yield from functions(child, name)
        else:
            yield from functions(child, place)


def over_budget(place: str, source: str) -> dict[str, int]:
    """What in one file is longer than its budget, and how long it is."""
    found = {name: length for name, length in functions(ast.parse(source), place) if length > FUNCTION_LINES}
    lines = len(source.splitlines())
    if lines > FILE_LINES:
        found[place] = lines
    return found


def complaints(found: dict[str, int], recorded: dict[str, int]) -> list[str]:
    """What is wrong between the lengths found and those recorded, one sentence each."""
    wrong = []
    for place in sorted(found.keys() | recorded.keys()):
        now, allowed = found.get(place), recorded.get(place)
        if allowed is None:
            wrong.append(f"{place} has {now} lines: split it")
        elif now is None:
            wrong.append(f"{place} is within its budget: take it off EXCEPTIONS")
        elif now > allowed:
            wrong.append(f"{place} grew from {allowed} to {now} lines: split it")
        elif now < allowed:
            wrong.append(f"{place} fell to {now} lines: lower it in EXCEPTIONS from {allowed}")
    return wrong


def test_files_and_functions_keep_their_budgets() -> None:
    sources = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(sources) > len(FOLDERS), f"found next to no code under {ROOT}"
    found: dict[str, int] = {}
    for path in sources:
        found |= over_budget(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    assert complaints(found, EXCEPTIONS) == []


def test_the_ratchet_sees_what_is_too_long() -> None:
    at_budget = "class A:\n    @staticmethod\n    def f():\n" + "        pass\n" * (FUNCTION_LINES - 2)
    assert over_budget("a.py", at_budget) == {}
    assert over_budget("a.py", at_budget + "        pass\n") == {"a.py::A.f": FUNCTION_LINES + 1}
    assert over_budget("a.py", "x = 1\n" * FILE_LINES) == {}
    assert over_budget("a.py", "x = 1\n" * (FILE_LINES + 1)) == {"a.py": FILE_LINES + 1}


def test_the_ratchet_only_falls() -> None:
    assert complaints({"a.py": 410}, {"a.py": 410}) == []
    assert complaints({"a.py": 411}, {"a.py": 410}) == ["a.py grew from 410 to 411 lines: split it"]
    assert complaints({"a.py": 409}, {"a.py": 410}) == ["a.py fell to 409 lines: lower it in EXCEPTIONS from 410"]
    assert complaints({}, {"a.py": 410}) == ["a.py is within its budget: take it off EXCEPTIONS"]
    assert complaints({"a.py": 410}, {}) == ["a.py has 410 lines: split it"]
