"""Names of the gguf package: architectures, keys about RoPE and attention, tensors, scaling types.

Needs nothing but the package: `pip install gguf`.
"""

import hashlib
import importlib.metadata
import json
from pathlib import Path

from gguf import constants

OUT = Path(__file__).resolve().parents[2] / "packages/core/test/models/gguf/recorded-gguf.json"
TENSORS = ("ROPE_FREQS", "ROPE_FACTORS_LONG", "ROPE_FACTORS_SHORT")
ATTENTION = (
    "HEAD_COUNT",
    "KEY_LENGTH",
    "KEY_LENGTH_SWA",
    "SLIDING_WINDOW",
    "SLIDING_WINDOW_PATTERN",
)


def named(keys) -> dict:
    """The string constants of one of the classes of keys."""
    return {name: value for name, value in vars(keys).items() if isinstance(value, str) and name.isupper()}


def main():
    """Writes the names, with the version of the package and the hash of its source."""
    source = Path(constants.__file__)
    record = {
        "provenance": {
            "script": "tooling/golden/gguf_keys.py",
            "packages": {"gguf": importlib.metadata.version("gguf")},
            "sources": {"gguf/constants.py": hashlib.sha256(source.read_bytes()).hexdigest()},
        },
        "architectures": sorted(constants.MODEL_ARCH_NAMES.values()),
        "rope": named(constants.Keys.Rope),
        "attention": {name: getattr(constants.Keys.Attention, name) for name in ATTENTION},
        "model": {
            name: getattr(constants.Keys.LLM, name)
            for name in ("CONTEXT_LENGTH", "EMBEDDING_LENGTH", "BLOCK_COUNT")
        },
        "tensors": {name: constants.TENSOR_NAMES[constants.MODEL_TENSOR[name]] for name in TENSORS},
        "scalingTypes": [kind.value for kind in constants.RopeScalingType],
    }
    OUT.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
