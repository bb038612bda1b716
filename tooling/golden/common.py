"""What the recording scripts share: inputs that JavaScript can make too, files with provenance.

Inputs come from a 32-bit linear congruential generator; every number is exact in float32. Arrays
are written as base64 of their little-endian bytes, bfloat16 as its 16 bits.
"""

import base64
import hashlib
import importlib.metadata
import inspect
import json
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).resolve().parents[2] / "packages/core/src/conformance/golden"


def numbers(count: int, seed: int) -> np.ndarray:
    """`count` float32 numbers in [-2, 2), all multiples of 2^-22."""
    state = seed
    values = np.empty(count, dtype=np.float32)
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[i] = (state >> 8) / 2**22 - 2
    return values


def encode(array) -> str:
    """base64 of a contiguous tensor or array."""
    if isinstance(array, torch.Tensor):
        array = array.detach().contiguous()
        if array.dtype == torch.bfloat16:
            array = array.view(torch.int16)
        array = array.numpy()
    array = np.ascontiguousarray(array)
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def provenance(script: str, packages, sources) -> dict:
    """Package versions, torch's vector instructions, and the sha256 of every source recorded."""
    files = {}
    for source in sources:
        path = Path(inspect.getsourcefile(source))
        root = next(parent for parent in path.parents if parent.name == "site-packages")
        files[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "script": f"tooling/golden/{script}",
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "sources": dict(sorted(files.items())),
    }


def write(name: str, origin: dict, cases: list) -> None:
    """One file: its provenance, then one case per line."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    head = json.dumps(origin, separators=(",", ":"))
    path = GOLDEN / name
    path.write_text(f'{{"provenance":{head},"cases":[\n{lines}\n]}}\n')
    print(f"{name}: {len(cases)} cases, {path.stat().st_size} bytes")
