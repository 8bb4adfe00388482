"""A trace of a few nodes and pods, small enough to reckon by hand."""

from pathlib import Path

import pytest

from loadtests.openb import NODES_FILE, PODS_FILE

NODES = """\
sn,cpu_milli,memory_mib,gpu,model
openb-node-0000,64000,262144,2,P100
openb-node-0001,96000,786432,8,G2
openb-node-0002,96000,393216,2,T4
openb-node-0003,96000,393216,4,V100M16
openb-node-0004,96000,393216,8,V100M32
"""
PODS = """\
name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
openb-pod-0000,12000,16384,1,1000,,LS,Running,0,9000,0
openb-pod-0001,6000,12288,1,460,T4,BE,Running,10,3700,10
openb-pod-0002,6000,12288,8,1000,V100M16|V100M32|V100M32,LS,Pending,3600000,3607200,
openb-pod-0003,6000,12288,0,0,,LS,Succeeded,3600000,3600001,3600000
openb-pod-0004,6000,12288,2,1000,G3,Burstable,Failed,3600000,3600000,3600000
openb-pod-0005,6000,12288,1,810,G2|P100,BE,Running,7200000,7300000,7200000
"""


@pytest.fixture
def trace_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "trace"
    folder.mkdir()
    (folder / NODES_FILE).write_text(NODES, encoding="utf-8")
    (folder / PODS_FILE).write_text(PODS, encoding="utf-8")
    return folder
