"""`inv_freq` and `attention_scaling` of every rope type, from transformers' own functions.

Config objects are made from the published numbers of real models and from the ones that
transformers tests with. Nothing is downloaded. A length is given to dynamic types as transformers
gives it at run time, as an int64 tensor, and once as a Python number.
"""

import torch
from transformers import LlamaConfig
from transformers import modeling_rope_utils as utils
from transformers.models.gpt_neox import modeling_gpt_neox as neox
from transformers.models.hunyuan_v1_dense import modeling_hunyuan_v1_dense as hunyuan

from common import encode, provenance, write


def rope(kind, base=10000.0, **more):
    """rope_parameters."""
    return {"rope_type": kind, "rope_theta": base, **more}


def llama3(base, factor, low, high, original):
    return rope(
        "llama3",
        base,
        factor=factor,
        low_freq_factor=low,
        high_freq_factor=high,
        original_max_position_embeddings=original,
    )


def yarn(base, factor, original, **more):
    return rope("yarn", base, factor=factor, original_max_position_embeddings=original, **more)


def ramp(start, stop, count):
    """Made-up LongRoPE divisors: a smooth list with many digits."""
    return [start * (stop / start) ** (i / (count - 1)) for i in range(count)]


def longrope(count, **more):
    """Phi-3's shape; the real lists are in its checkpoint's config, which is not used here."""
    return rope(
        "longrope",
        short_factor=[1.0 + 0.01 * i for i in range(count)],
        long_factor=ramp(1.05, 64.0, count),
        original_max_position_embeddings=4096,
        **more,
    )


DEFAULTS = {
    "paper": (10000.0, 128, 1.0),
    "code-llama-mixtral-qwen2": (1000000.0, 128, 1.0),
    "olmo2": (500000.0, 128, 1.0),
    "smollm2": (100000.0, 64, 1.0),
    "smollm": (10000.0, 64, 1.0),
    "qwen3-vl": (5000000.0, 128, 1.0),
    "qwen3-next": (10000000.0, 256, 0.25),
    "qwen3-30b-2507": (10000000.0, 128, 1.0),
    "glm4": (10000.0, 128, 0.5),
    "stablelm": (10000.0, 80, 0.25),
    "gpt-neox-20b": (10000.0, 96, 0.25),
    "mimo-v2-full": (5000000.0, 192, 0.334),
    "mimo-v2-sliding": (10000.0, 192, 0.334),
    "zaya-full": (5000000.0, 128, 0.5),
    "modernbert-full": (160000.0, 64, 1.0),
    "modernbert-sliding": (10000.0, 64, 1.0),
    "gemma3-sliding": (10000.0, 256, 1.0),
    "gemma3-1b-full": (1000000.0, 256, 1.0),
    "deepseek-v4-main": (10000.0, 512, 0.125),
    "laguna-full": (500000.0, 128, 0.5),
}

DEEPSEEK = {"beta_fast": 32.0, "beta_slow": 1.0}

SCALED = {
    "linear/test-2": (128, 2048, rope("linear", factor=2.0)),
    "linear/test-10": (128, 2048, rope("linear", factor=10.0)),
    "linear/gemma3-full": (256, 131072, rope("linear", 1000000.0, factor=8.0)),
    "linear/third": (64, 4096, rope("linear", factor=3.0)),
    "llama3/llama-3.1": (128, 131072, llama3(500000.0, 8.0, 1.0, 4.0, 8192)),
    "llama3/llama-3.2-1b": (64, 131072, llama3(500000.0, 32.0, 1.0, 4.0, 8192)),
    "llama3/llama-3.2-3b": (128, 131072, llama3(500000.0, 32.0, 1.0, 4.0, 8192)),
    "llama3/llama-4-scout": (128, 10485760, llama3(500000.0, 16.0, 1.0, 1.0, 8192)),
    "llama3/apertus": (128, 65536, llama3(12000000.0, 8.0, 1.0, 4.0, 8192)),
    "llama3/csm-backbone": (64, 2048, llama3(500000.0, 32.0, 0.125, 0.5, 1024)),
    "llama3/csm-decoder": (128, 33, llama3(500000.0, 32.0, 0.001953125, 0.0078125, 16)),
    "llama3/test": (128, 20480, llama3(10000.0, 10.0, 1.0, 4.0, 2048)),
    "yarn/test": (128, 20480, yarn(10000.0, 10.0, 2048)),
    "yarn/test-nested": (256, 1310720, yarn(10000.0, 10.0, 131072)),
    "yarn/qwen3": (128, 131072, yarn(1000000.0, 4.0, 32768)),
    "yarn/gpt-oss": (64, 131072, yarn(150000.0, 32.0, 4096, truncate=False, **DEEPSEEK)),
    "yarn/deepseek-v2-lite": (
        64,
        163840,
        yarn(10000.0, 40.0, 4096, mscale=0.707, mscale_all_dim=0.707, **DEEPSEEK),
    ),
    "yarn/deepseek-v3": (
        64,
        163840,
        yarn(10000.0, 40.0, 4096, mscale=1.0, mscale_all_dim=1.0, **DEEPSEEK),
    ),
    "yarn/deepseek-v4-compress": (64, 1048576, yarn(160000.0, 16.0, 65536, **DEEPSEEK)),
    "yarn/kimi-k2": (
        64,
        131072,
        yarn(50000.0, 32.0, 4096, beta_fast=1.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=1.0),
    ),
    "yarn/kimi-k2-untruncated": (
        64,
        131072,
        yarn(50000.0, 32.0, 4096, beta_fast=1.0, beta_slow=1.0, truncate=False),
    ),
    "yarn/kimi-k2.5": (64, 262144, yarn(50000.0, 64.0, 4096, mscale=1.0, mscale_all_dim=1.0)),
    "yarn/ministral-3": (
        128,
        262144,
        yarn(1000000.0, 16.0, 16384, mscale=1.0, mscale_all_dim=1.0, **DEEPSEEK),
    ),
    "yarn/mistral-4": (
        64,
        1048576,
        yarn(10000.0, 128.0, 8192, mscale=1.0, mscale_all_dim=1.0, **DEEPSEEK),
    ),
    "yarn/olmo3": (
        128,
        65536,
        yarn(500000.0, 8.0, 8192, attention_factor=1.2079441541679836, **DEEPSEEK),
    ),
    "yarn/laguna-xs": (
        128,
        262144,
        yarn(500000.0, 64.0, 4096, attention_factor=1.0, partial_rotary_factor=0.5),
    ),
    "yarn/mscale-ratio": (64, 163840, yarn(10000.0, 40.0, 4096, mscale=0.8, mscale_all_dim=0.5)),
    "yarn/tiny-original": (128, 80, yarn(10000.0, 10.0, 8)),
    "proportional/test": (128, 2048, rope("proportional", partial_rotary_factor=0.25)),
    "proportional/gemma4-full": (
        512,
        131072,
        rope("proportional", 1000000.0, partial_rotary_factor=0.25),
    ),
    "proportional/factor": (
        256,
        131072,
        rope("proportional", 1000000.0, partial_rotary_factor=0.5, factor=3.0),
    ),
}

ALPHA = {"hunyuan-dense": (128, 32768, 1000.0), "hunyuan-vl": (128, 32768, 50.0)}

DYNAMIC = {
    "test": (128, 2048, 10000.0, 10.0, [None, 2048, 2049, 16384]),
    "nested": (256, 131072, 10000.0, 10.0, [200000]),
    "internlm2.5": (128, 32768, 1000000.0, 2.0, [None, 40000, 262144]),
    "minicpm": (64, 65536, 1000000.0, 4.0, [100001]),
    "tiny": (8, 8, 10000.0, 4.0, [32]),
}

LONGROPE = {
    "phi-3.5-mini": (96, 131072, longrope(48)),
    "phi-4-mini": (128, 131072, longrope(48, partial_rotary_factor=0.75)),
    "factor": (64, 131072, longrope(32, factor=10.0)),
    "stated": (64, 131072, longrope(32, attention_factor=1.25)),
    "unscaled": (64, 4096, longrope(32)),
}


def config(head_dim, longest, parameters):
    """A config of the plainest class; the functions read nothing else of it."""
    made = LlamaConfig(
        hidden_size=head_dim * 2,
        num_attention_heads=2,
        head_dim=head_dim,
        max_position_embeddings=longest,
        rope_parameters=dict(parameters),
    )
    return made


def case(name, head_dim, longest, parameters, length=None, kind=None):
    """One call of the type's function."""
    rope_type = parameters["rope_type"]
    made = config(head_dim, longest, parameters)
    if rope_type == "default":
        compute = neox.GPTNeoXRotaryEmbedding.compute_default_rope_parameters
    elif "alpha" in parameters:
        compute = hunyuan.HunYuanDenseV1RotaryEmbedding.compute_ntk_alpha_rope_parameters
    else:
        compute = utils.ROPE_INIT_FUNCTIONS[rope_type]
    given = torch.tensor(length) if kind == "tensor" else length
    inv_freq, scaling = compute(made, device="cpu", seq_len=given)
    result = {
        "name": name,
        "headDim": head_dim,
        "maxPositionEmbeddings": longest,
        "parameters": parameters,
    }
    if length is not None:
        result.update(length=length, lengthIs=kind)
    return {**result, "attentionScaling": float(scaling), "invFreq": encode(inv_freq)}


def main():
    """Records every schedule."""
    cases = [
        case(
            f"default/{name}", head_dim, 4096, rope("default", base, partial_rotary_factor=partial)
        )
        for name, (base, head_dim, partial) in DEFAULTS.items()
    ]
    cases += [case(name, *settings) for name, settings in SCALED.items()]
    for name, (head_dim, longest, base, factor, lengths) in DYNAMIC.items():
        parameters = rope("dynamic", base, factor=factor)
        for length in lengths:
            if length is None:
                cases.append(case(f"dynamic/{name}", head_dim, longest, parameters))
                continue
            for kind in ("tensor", "number"):
                cases.append(
                    case(
                        f"dynamic/{name}/{length}-{kind}",
                        head_dim,
                        longest,
                        parameters,
                        length,
                        kind,
                    )
                )
    for name, (head_dim, longest, alpha) in ALPHA.items():
        parameters = rope("dynamic", alpha=alpha, factor=1.0)
        cases.append(case(f"alpha/{name}", head_dim, longest, parameters))
    for name, settings in LONGROPE.items():
        for length in (4096, 4097):
            cases.append(case(f"longrope/{name}/{length}", *settings, length, "number"))
    origin = provenance("schedules.py", ["torch", "transformers"], [utils, neox, hunyuan])
    write("recorded-schedules.json", origin, cases)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
