"""Read Alibaba's public GPU cluster trace "openb" (cluster-trace-gpu-v2023): nodes and pods as they stand in its files.

Numbers are the trace's own integers: seconds since its start, thousandths of a card. What the market makes of them is
decided elsewhere. A folder without the files, or a row that is not as documented, is refused by name.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from exchange.language.units import MILLI_PER_CHIP, Milli, Seconds

NODES_FILE = "openb_node_list_gpu_node.csv"
PODS_FILE = "openb_pod_list_gpuspec33.csv"

WHERE_TO_GET = f"""\
The public set is "cluster-trace-gpu-v2023" in the repository alibaba/clusterdata on GitHub. Put these two of its csv
files into a folder and name the folder:
  {NODES_FILE}
  {PODS_FILE}"""


class TraceError(Exception):
    """The trace is not there, or is not what it should be; the message says where."""


class Node(msgspec.Struct, frozen=True):
    """A machine: so many cards of one model."""

    sn: str
    model: str
    gpu: int


class Pod(msgspec.Struct, frozen=True):
    """A container: what it wants, from when, until when. `gpu_milli` counts only when it wants a single card."""

    name: str
    num_gpu: int
    gpu_milli: int
    gpu_spec: str
    qos: str
    creation_time: Seconds
    deletion_time: Seconds

    @property
    def cards_milli(self) -> Milli:
        """Thousandths of a card: a share of one, or several whole ones, or none."""
        return self.gpu_milli if self.num_gpu == 1 else self.num_gpu * MILLI_PER_CHIP

    @property
    def models(self) -> tuple[str, ...]:
        """The card models that it accepts, each once, in the trace's order; empty for any."""
        return tuple(dict.fromkeys(model for model in self.gpu_spec.split("|") if model))

    @property
    def lifetime_s(self) -> Seconds:
        return self.deletion_time - self.creation_time


class Trace(msgspec.Struct, frozen=True):
    nodes: tuple[Node, ...]
    pods: tuple[Pod, ...]  # in the order of the file, which is that of their numbers


_Row = TypeVar("_Row", Node, Pod)


def read_trace(folder: Path) -> Trace:
    """Both files of a folder; TraceError when one is missing or malformed."""
    missing = [name for name in (NODES_FILE, PODS_FILE) if not (folder / name).is_file()]
    if missing:
        raise TraceError(f"{folder} has no {' and no '.join(missing)}.\n{WHERE_TO_GET}")
    pods = tuple(_checked(pod) for pod in _rows(folder / PODS_FILE, Pod))
    return Trace(nodes=tuple(_rows(folder / NODES_FILE, Node)), pods=pods)


def _rows(path: Path, kind: type[_Row]) -> Iterator[_Row]:
    """The rows of a csv file with a header; columns that we do not use are passed over."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="")
        for row in reader:
            try:
                yield msgspec.convert(row, kind, strict=False)
            except msgspec.ValidationError as failure:
                raise TraceError(f"{path}: line {reader.line_num}: {failure}") from failure


def _checked(pod: Pod) -> Pod:
    if pod.lifetime_s < 0 or pod.creation_time < 0 or pod.num_gpu < 0 or not 0 <= pod.gpu_milli <= MILLI_PER_CHIP:
        raise TraceError(f"{pod.name} is out of order: {pod}")
    return pod
