"""q and k before and after the rotary embedding of real models, with the model's own cos and sin.

Every model module is built from a small config with the real rotary numbers, in float32 and in
bfloat16. The rotary embedding gives cos and sin, and the model's own function applies them. Results
are written as [tokens, heads, headDim]; cos and sin with one number per pair.
"""

import inspect

import torch
from transformers import (
    CohereConfig,
    DINOv3ViTConfig,
    DeepseekV3Config,
    Gemma3TextConfig,
    GlmConfig,
    GPTNeoXConfig,
    Llama4TextConfig,
    Llama4VisionConfig,
    LlamaConfig,
    ModernBertConfig,
    PixtralVisionConfig,
)
from transformers.models.cohere import modeling_cohere as cohere
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as deepseek
from transformers.models.dinov3_vit import modeling_dinov3_vit as dinov3
from transformers.models.gemma3 import modeling_gemma3 as gemma3
from transformers.models.glm import modeling_glm as glm
from transformers.models.gpt_neox import modeling_gpt_neox as neox
from transformers.models.gptj import modeling_gptj as gptj
from transformers.models.llama import modeling_llama as llama
from transformers.models.llama4 import modeling_llama4 as llama4
from transformers.models.modernbert import modeling_modernbert as modernbert
from transformers.models.pixtral import modeling_pixtral as pixtral
from transformers.models.qwen2_vl import modeling_qwen2_vl as qwen2_vl
from transformers.models.qwen2_vl.configuration_qwen2_vl import (
    Qwen2VLTextConfig,
    Qwen2VLVisionConfig,
)
from transformers.models.qwen3_vl import modeling_qwen3_vl as qwen3_vl
from transformers.models.qwen3_vl.configuration_qwen3_vl import Qwen3VLTextConfig
from transformers.models.roformer import modeling_roformer as roformer

from common import encode, numbers, provenance, write

HEADS = {"q": 2, "k": 1}
TEXT = [1, 37, 4095, 131071]
THW = [[1, 40, 900, 5000], [1, 3, 911, 4999], [1, 8, 902, 5031]]
PATCHES = [[0, 0, 1, 30], [0, 7, 3, 29]]


def halves(row):
    """One number per pair of a row that holds every number twice, one half after the other."""
    n = row.shape[-1] // 2
    assert torch.equal(row[..., :n], row[..., n:])
    return row[..., :n]


def evens(row):
    """The same for rows that hold every number twice in a row."""
    assert torch.equal(row[..., 0::2], row[..., 1::2])
    return row[..., 0::2]


def record(
    name, source, config, positions, head_dim, rows, apply, layout, pick, frequencies=None, prefix=0
):
    """Runs one model in both dtypes."""
    axes = positions if isinstance(positions[0], list) else [positions]
    tokens = len(axes[0]) + prefix
    case = {
        "name": name,
        "source": source,
        "config": config,
        "positions": axes,
        "prefix": prefix,
        "tokens": tokens,
        "heads": HEADS,
        "headDim": head_dim,
    }
    inputs = {}
    for seed, (operand, heads) in enumerate(HEADS.items(), start=1):
        values = numbers(tokens * heads * head_dim, seed)
        inputs[operand] = torch.from_numpy(values).view(1, tokens, heads, head_dim)
    for dtype in (torch.float32, torch.bfloat16):
        q, k = (place(inputs[operand].to(dtype), layout) for operand in ("q", "k"))
        table = rows(q)
        out_q, out_k = apply(q, k, *table)
        assert out_q.dtype == dtype and out_k.dtype == dtype
        cos, sin = pick(*table)
        cos, sin = (row.reshape(-1, row.shape[-1]) for row in (cos, sin))
        case["pairs"] = cos.shape[-1]
        label = str(dtype).removeprefix("torch.")
        if dtype == torch.float32:
            case["cos"], case["sin"] = encode(cos), encode(sin)
            wide = (cos, sin)
        else:
            # Rows for bfloat16 tensors are those of float32, rounded or not.
            case["rows"] = str(cos.dtype).removeprefix("torch.").replace("complex64", "float32")
            assert all(torch.equal(a, b.to(a.dtype)) for a, b in zip((cos, sin), wide))
            case["arithmetic"] = arithmetic(apply, (q, k), table, (out_q, out_k))
        case[label] = {"q": encode(back(out_q, layout)), "k": encode(back(out_k, layout))}
    if frequencies is not None:
        case["frequencies"] = encode(frequencies)
    return case


def arithmetic(apply, inputs, table, outputs):
    """float32 if widening everything first and rounding last gives the same, else bfloat16."""
    wide = [part if part.is_complex() else part.float() for part in table]
    once = (x.to(torch.bfloat16) for x in apply(*(x.float() for x in inputs), *wide))
    return "float32" if all(map(torch.equal, once, outputs)) else "bfloat16"


def place(x, layout):
    """[1, tokens, heads, channels] as a model's function wants it."""
    return x.transpose(1, 2) if layout == "bhsd" else x[0] if layout == "shd" else x


def back(x, layout):
    """The same the other way."""
    x = x.transpose(1, 2) if layout == "bhsd" else x if layout == "bshd" else x[None]
    return x[0]


def theta(base, **more):
    """rope_parameters of the default type, or of another."""
    return {"rope_parameters": {"rope_type": "default", "rope_theta": base, **more}}


def plain(
    name,
    module,
    rotary_class,
    config_class,
    settings,
    head_dim,
    positions=TEXT,
    layer=None,
    pick=None,
    function="apply_rotary_pos_emb",
):
    """A model of the common kind: a rotary class with forward(x, position_ids)."""
    rotary = rotary_class(config_class(**settings))
    ids = torch.tensor(positions)
    ids = ids[None] if ids.ndim == 1 else ids[:, None]
    more = {} if layer is None else {"layer_type": layer}
    frequencies = getattr(rotary, "inv_freq" if layer is None else f"{layer}_inv_freq")
    pick = pick or halves
    apply = getattr(module, function)
    return record(
        name,
        f"{module.__name__}.{function}",
        {**settings, **more},
        positions,
        head_dim,
        lambda x: rotary(x, ids, **more),
        apply,
        "bhsd",
        lambda cos, sin: (pick(cos), pick(sin)),
        frequencies,
    )


def size(head_dim):
    """A config's width for two heads."""
    return {
        "hidden_size": 2 * head_dim,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": head_dim,
    }


def gptj_case():
    """GPT-J: a table, sin before cos, and the first 64 channels of the head."""
    positions = [1, 37, 1000, 2047]
    table = gptj.create_sinusoidal_positions(2048, 64)

    def rows(x):
        sin, cos = table[torch.tensor([positions])].to(x.dtype).chunk(2, dim=-1)
        return sin, cos

    def apply(q, k, sin, cos):
        return tuple(
            torch.cat([gptj.apply_rotary_pos_emb(x[..., :64], sin, cos), x[..., 64:]], dim=-1)
            for x in (q, k)
        )

    frequencies = 1.0 / (10000 ** (torch.arange(0, 64, 2, dtype=torch.int64) / 64))
    return record(
        "gptj",
        f"{gptj.__name__}.apply_rotary_pos_emb",
        {"rotary_dim": 64, "head_dim": 80},
        positions,
        80,
        rows,
        apply,
        "bshd",
        lambda sin, cos: (cos, sin),
        frequencies,
    )


def qwen2_vision_case():
    """The vision tower of Qwen2-VL: two axes."""
    settings = {"embed_dim": 160, "num_heads": 2}
    config = Qwen2VLVisionConfig(
        **settings, rope_parameters={"rope_type": "axial", "rope_theta": 10000.0}
    )
    config.num_attention_heads = 2
    rotary = qwen2_vl.Qwen2VLVisionRotaryEmbedding(config)
    # One row per patch: (row, column).
    ids = torch.tensor(PATCHES).T
    return record(
        "qwen2-vl-vision",
        f"{qwen2_vl.__name__}.apply_rotary_pos_emb_vision",
        settings,
        PATCHES,
        80,
        lambda x: rotary(x, ids),
        qwen2_vl.apply_rotary_pos_emb_vision,
        "shd",
        lambda cos, sin: (halves(cos), halves(sin)),
        rotary.inv_freq.repeat(2),
    )


def pixtral_case():
    """Pixtral: two axes with the even and the odd frequencies."""
    settings = {"hidden_size": 128, "num_attention_heads": 2, "head_dim": 64}
    config = PixtralVisionConfig(
        **settings, rope_parameters={"rope_type": "axial", "rope_theta": 10000.0}
    )
    rotary = pixtral.PixtralVisionRotaryEmbedding(config)
    ids = torch.tensor(PATCHES).T
    return record(
        "pixtral",
        f"{pixtral.__name__}.apply_rotary_pos_emb",
        settings,
        PATCHES,
        64,
        lambda x: rotary(x, ids),
        lambda q, k, cos, sin: pixtral.apply_rotary_pos_emb(q, k, cos, sin, unsqueeze_dim=0),
        "bhsd",
        lambda cos, sin: (halves(cos), halves(sin)),
        rotary.inv_freq,
    )


def llama4_text_case():
    """Llama 4 text: complex numbers, and the llama3 schedule with equal factors."""
    schedule = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 16.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
    }
    settings = {**size(128), "rope_parameters": schedule, "max_position_embeddings": 10485760}
    rotary = llama4.Llama4TextRotaryEmbedding(Llama4TextConfig(**settings))
    return record(
        "llama4-text",
        f"{llama4.__name__}.apply_rotary_emb",
        settings,
        TEXT,
        128,
        lambda x: (rotary(x, torch.tensor([TEXT])),),
        llama4.apply_rotary_emb,
        "bshd",
        lambda table: (table.real, table.imag),
        rotary.inv_freq,
    )


def llama4_vision_case():
    """Llama 4 vision: a 2 x 2 image, the class token last, columns and rows counted from 1."""
    settings = {"hidden_size": 176, "num_attention_heads": 2, "image_size": 28, "patch_size": 14}
    config = Llama4VisionConfig(
        **settings, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}
    )
    rotary = llama4.Llama4VisionRotaryEmbedding(config)
    # Columns, then rows; the class token stands at 0, 0.
    positions = [[1, 2, 1, 2, 0], [1, 1, 2, 2, 0]]
    frequencies = 1.0 / (10000.0 ** (torch.arange(0, 44, 2)[:22].float() / 44))
    return record(
        "llama4-vision",
        f"{llama4.__name__}.vision_apply_rotary_emb",
        settings,
        positions,
        88,
        lambda x: (rotary(x),),
        llama4.vision_apply_rotary_emb,
        "bshd",
        lambda table: (table.real, table.imag),
        frequencies.repeat(2),
    )


def dinov3_case():
    """DINOv3: a 2 x 3 image after one class token, coordinates from -1 to 1."""
    settings = {"hidden_size": 128, "num_attention_heads": 2, "patch_size": 16, "rope_theta": 100.0}
    rotary = dinov3.DINOv3ViTRopePositionEmbedding(DINOv3ViTConfig(**settings)).eval()
    coordinates = dinov3.get_patches_center_coordinates(2, 3, dtype=torch.float32, device="cpu")
    positions = coordinates.T.double().tolist()
    return record(
        "dinov3",
        f"{dinov3.__name__}.apply_rotary_pos_emb",
        settings,
        positions,
        64,
        lambda x: rotary(torch.zeros(1, 3, 32, 48, dtype=x.dtype)),
        dinov3.apply_rotary_pos_emb,
        "bhsd",
        lambda cos, sin: (halves(cos), halves(sin)),
        rotary.inv_freq.repeat(2),
        prefix=1,
    )


def roformer_case():
    """RoFormer: a table made in double and rounded once."""
    positions = [1, 37, 512, 1535]
    embedding = roformer.RoFormerSinusoidalPositionalEmbedding(1536, 64)
    embedding.weight = torch.nn.Parameter(embedding.create_weight(), requires_grad=False)

    def rows(x):
        table = embedding.to(x.dtype)((1, 4), position_ids=torch.tensor(positions))
        embedding.to(torch.float32)
        return (table[None, None],)

    def apply(q, k, table):
        return roformer.RoFormerSelfAttention.apply_rotary_position_embeddings(table, q, k)

    return record(
        "roformer",
        f"{roformer.__name__}.RoFormerSelfAttention.apply_rotary_position_embeddings",
        {"max_position_embeddings": 1536, "head_dim": 64},
        positions,
        64,
        rows,
        apply,
        "bhsd",
        lambda table: tuple(reversed(table.chunk(2, dim=-1))),
    )


def main():
    """Records every model."""
    llama31 = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    yarn = {
        "rope_type": "yarn",
        "rope_theta": 10000.0,
        "factor": 40.0,
        "beta_fast": 32.0,
        "beta_slow": 1.0,
        "mscale": 1.0,
        "mscale_all_dim": 1.0,
        "original_max_position_embeddings": 4096,
    }
    scaled = {
        "rope_type": "yarn",
        "rope_theta": 150000.0,
        "factor": 32.0,
        "beta_fast": 32.0,
        "beta_slow": 1.0,
        "truncate": False,
        "original_max_position_embeddings": 4096,
    }
    gemma = {
        "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
    }
    bert = {
        "full_attention": {"rope_type": "default", "rope_theta": 160000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
    }
    gemma_settings = {
        **size(128),
        "rope_parameters": gemma,
        "num_hidden_layers": 6,
        "layer_types": ["sliding_attention"] * 5 + ["full_attention"],
    }
    bert_settings = {
        "hidden_size": 128,
        "num_attention_heads": 2,
        "rope_parameters": bert,
        "num_hidden_layers": 3,
    }
    deepseek_size = {"hidden_size": 128, "num_attention_heads": 2, "qk_rope_head_dim": 64}
    cases = [
        plain(
            "llama",
            llama,
            llama.LlamaRotaryEmbedding,
            LlamaConfig,
            {**size(128), "rope_parameters": llama31, "max_position_embeddings": 131072},
            128,
        ),
        plain(
            "llama-yarn",
            llama,
            llama.LlamaRotaryEmbedding,
            LlamaConfig,
            {**size(64), "rope_parameters": scaled, "max_position_embeddings": 131072},
            64,
        ),
        gptj_case(),
        plain(
            "gpt-neox",
            neox,
            neox.GPTNeoXRotaryEmbedding,
            GPTNeoXConfig,
            {
                "hidden_size": 192,
                "num_attention_heads": 2,
                **theta(10000.0, partial_rotary_factor=0.25),
            },
            96,
        ),
        plain(
            "glm",
            glm,
            glm.GlmRotaryEmbedding,
            GlmConfig,
            {**size(128), **theta(10000.0, partial_rotary_factor=0.5)},
            128,
        ),
        plain(
            "cohere",
            cohere,
            cohere.CohereRotaryEmbedding,
            CohereConfig,
            {
                "hidden_size": 256,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                **theta(10000.0),
            },
            128,
            pick=evens,
        ),
        plain(
            "qwen2-vl",
            qwen2_vl,
            qwen2_vl.Qwen2VLRotaryEmbedding,
            Qwen2VLTextConfig,
            {
                "hidden_size": 256,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                **theta(1000000.0, mrope_section=[16, 24, 24]),
            },
            128,
            THW,
        ),
        qwen2_vision_case(),
        plain(
            "qwen3-vl",
            qwen3_vl,
            qwen3_vl.Qwen3VLTextRotaryEmbedding,
            Qwen3VLTextConfig,
            {**size(128), **theta(5000000.0, mrope_section=[24, 20, 20], mrope_interleaved=True)},
            128,
            THW,
        ),
        plain(
            "deepseek-v3",
            deepseek,
            deepseek.DeepseekV3RotaryEmbedding,
            DeepseekV3Config,
            {**deepseek_size, "rope_parameters": yarn, "max_position_embeddings": 163840},
            64,
            function="apply_rotary_pos_emb_interleave",
        ),
        llama4_text_case(),
        llama4_vision_case(),
        pixtral_case(),
        plain(
            "gemma3-full",
            gemma3,
            gemma3.Gemma3RotaryEmbedding,
            Gemma3TextConfig,
            gemma_settings,
            128,
            layer="full_attention",
        ),
        plain(
            "gemma3-sliding",
            gemma3,
            gemma3.Gemma3RotaryEmbedding,
            Gemma3TextConfig,
            gemma_settings,
            128,
            layer="sliding_attention",
        ),
        plain(
            "modernbert-full",
            modernbert,
            modernbert.ModernBertRotaryEmbedding,
            ModernBertConfig,
            bert_settings,
            64,
            layer="full_attention",
        ),
        plain(
            "modernbert-sliding",
            modernbert,
            modernbert.ModernBertRotaryEmbedding,
            ModernBertConfig,
            bert_settings,
            64,
            layer="sliding_attention",
        ),
        dinov3_case(),
        roformer_case(),
    ]
    modules = [
        cohere,
        deepseek,
        dinov3,
        gemma3,
        glm,
        gptj,
        llama,
        llama4,
        modernbert,
        neox,
        pixtral,
        qwen2_vl,
        qwen3_vl,
        roformer,
        inspect.getmodule(LlamaConfig),
    ]
    origin = provenance("models.py", ["torch", "transformers"], modules)
    write("recorded-models.json", origin, cases)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
