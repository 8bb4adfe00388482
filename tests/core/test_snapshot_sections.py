"""Sections of any values: parts of bounded size, in order, and a layout that shows every change of a type."""

import os
import subprocess
import sys
from random import Random
from typing import Any

import pytest
from msgspec import Struct, defstruct

from exchange.core import snapshot as of_state
from exchange.language import sections
from exchange.language.sections import Reader, Section, Writer, layout
from exchange.projections import snapshot as of_views

NUMBERS = Section("numbers", int)
NAMES = Section("names", tuple[str, int | None])


class Colour(Struct):
    red: int
    name: str = "black"


def test_sections_come_back_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "PART_BYTES", 100)
    random = Random(1)
    numbers = [random.getrandbits(60) for _ in range(100)]
    names = [("a", 1), ("b", None)]
    writer = Writer("test", 7)
    parts = [*writer.parts(NUMBERS, numbers), *writer.parts(NAMES, []), *writer.parts(NAMES, names)]
    assert len(parts) == 9 + 2  # nine bytes a number, so a dozen to a part
    reader = Reader("test", iter(parts))
    assert list(reader.values(NUMBERS)) == numbers
    assert list(reader.values(NAMES)) == []
    assert list(reader.values(NAMES)) == names


def test_a_part_is_not_much_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "PART_BYTES", 10_000)
    noise = Random(2)
    parts = list(Writer("test", 7).parts(Section("noise", bytes), (noise.randbytes(90) for _ in range(1_000))))
    assert len(parts) == 10
    assert max(map(len, parts)) < 10_500


def test_a_layout_shows_every_change_of_a_type() -> None:
    """Another field, another name, another type, another default, another order: each is another layout."""
    fields: list[list[Any]] = [
        [("red", int)],
        [("red", int), ("name", str)],
        [("red", int), ("name", str, "white")],
        [("red", int), ("label", str, "black")],
        [("red", int), ("name", bytes, b"black")],
        [("red", int | None), ("name", str, "black")],
        [("name", str), ("red", int)],
    ]
    kinds: list[type] = [Colour, *(defstruct("Colour", each, module=Colour.__module__) for each in fields)]
    layouts = [layout(1, [Section("colours", kind)]) for kind in kinds]
    layouts += [layout(2, [Section("colours", Colour)]), layout(1, [Section("colors", Colour)])]
    layouts += [layout(1, [Section("colours", tuple[Colour, ...])]), layout(1, [])]
    assert len(set(layouts)) == len(layouts)
    again = defstruct("Colour", [("red", int), ("name", str, "black")], module=Colour.__module__)
    assert layout(1, [Section("colours", again)]) == layouts[0]


def test_a_layout_is_the_same_on_every_python() -> None:
    """Made elsewhere once: if this fails on one Python alone, snapshots do not survive another Python."""
    assert layout(1, [NUMBERS, NAMES]) == "02089598842199f7"


def test_no_type_of_a_snapshot_is_told_by_chance() -> None:
    """Neither addresses nor the order of a set are in what the layouts are made of."""
    told = sections.shape_of([*of_state.SECTIONS, *of_views.SECTIONS])
    assert " at 0x" not in told
    assert "Capacity" in told
    script = (
        "from exchange.core import snapshot as s; from exchange.projections import snapshot as v;"
        "print(s.LAYOUT, v.LAYOUT)"
    )
    for seed in ("0", "1", "2"):
        found = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert found.stdout.split() == [of_state.LAYOUT, of_views.LAYOUT]
