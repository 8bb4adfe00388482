"""A private file is its owner's alone, whole, and on disk under its name before anybody relies on it."""

import os
from pathlib import Path

import pytest

from gateway.private_file import write_private


def test_the_file_and_then_its_name_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, flushed = tmp_path / "access.key", list[tuple[str, bool]]()
    sync = os.fsync

    def note(handle: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{handle}").readlink().name, path.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    write_private(path, b"secret")
    assert flushed == [("access.key.draft", False), (tmp_path.name, True)]
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"secret", 0o600)
