"""The frequencies of vision rotary embeddings, `torch.linspace(1, max / 2, pairs) * pi`, in float32.

Needs nothing but torch.
"""

import importlib.metadata
import json
import math
from pathlib import Path

import torch

OUT = Path(__file__).resolve().parents[2] / "packages/core/test/schedule/recorded-pixel.json"
PAIRS = (1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 64)
MAXIMA = (10, 7.3, 256.1, 3.7, 64.9, 1000.7)


def main():
    """Writes one case per line, each number as the double that equals it."""
    provenance = {
        "script": "tooling/golden/pixel.py",
        "packages": {"torch": importlib.metadata.version("torch")},
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }
    cases = [
        {
            "maxFrequency": maximum,
            "pairs": pairs,
            "frequencies": (torch.linspace(1.0, maximum / 2, pairs) * math.pi).tolist(),
        }
        for maximum in MAXIMA
        for pairs in PAIRS
    ]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    OUT.write_text(f'{{"provenance":{json.dumps(provenance)},"cases":[\n{lines}\n]}}\n')


main()
