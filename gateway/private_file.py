"""Files for their owner alone: there with all their content or not at all."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 600 in one piece, durably, in place of any that was there."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # What the key has sealed may be on another machine's disk before this one has the name of its file.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
