"""Runs a model of transformers without weights and notes every rotation it performs.

The model stands on the meta device, with the default config of its type; only its rotary modules are
real. Each function that applies a rotation is called with unit vectors, so what is noted is what the
code does: which channels are pairs, by how much they turn, in which layers.
"""

import importlib
import inspect
import math
import sys
import types

import torch
from torch import nn
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_MAPPING

# Tokens of a run. No model has as many heads, so the axis of tokens is known by its length.
T = 11

# Arguments that hold angles, not heads.
ANGLES = {"cos", "sin", "freqs_cis", "freqs", "position_embeddings", "sincos", "sinusoidal_pos"}

# Parts that rotate other vectors than q and k of attention.
ASIDE = ("Indexer", "Compressor", "Vision", "Speech", "Audio")

# Lists whose entries are layers.
STACKS = ("layers", "h", "layer", "blocks", "block", "decoder_layers")

# Sections that are a default within a function, not of a module.
SECTIONS_OF_CODE = {"ernie4_5_vl_moe_text": [22, 22, 20]}

# What a type's default config lacks to be run, or lacks so that attention is there at all.
OVERRIDES = {
    "bamba": {"attn_layer_indices": [9, 18, 27]},
    "granitemoehybrid": {
        "position_embedding_type": "rope",
        "layer_types": (["mamba"] * 5 + ["attention"]) * 5 + ["mamba", "mamba"],
    },
    "zamba2": {"use_mem_rope": True},
    "dots1": {"n_routed_experts": 8, "n_shared_experts": 1, "num_experts_per_tok": 2},
    "lfm2_moe": {"layer_types": (["conv"] * 2 + ["full_attention"]) * 10 + ["conv"] * 2},
    "deepseek_v2": {"num_experts_per_tok": 2},
    "deepseek_ocr2_text": {"n_routed_experts": 8, "num_experts_per_tok": 2},
    "glm4v_text": {
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "mrope_section": [8, 12, 12],
            "partial_rotary_factor": 0.5,
        }
    },
    "glm_image_text": {
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "mrope_section": [8, 12, 12],
            "partial_rotary_factor": 0.5,
        }
    },
    "glm4v_moe_text": {"head_dim": 128},
    "hunyuan_vl_text": {
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [64]}
    },
    "cohere_compass_text": {
        "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}}
    },
    "qwen3_omni_moe_text": {"head_dim": 128},
    "esm": {"vocab_size": 33, "position_embedding_type": "rotary"},
    "nemotron": {"num_key_value_heads": 8},
    "moonshine_streaming": {"num_key_value_heads": 8},
    "diffusion_gemma_text": {"num_experts": 4, "top_k_experts": 2, "moe_intermediate_size": 64},
}


class Tracer:
    """What was noted: one entry per rotation, in the order of the calls."""

    def __init__(self):
        self.layers = [None]
        self.aside = 0
        self.calls = []
        self.inside = False
        self.memo = {}
        self.angles = []
        self.sections = []
        self.problems = []

    def real(self, name, value):
        """A real tensor for one on the meta device: the last angles of its shape, or zeros."""
        if not isinstance(value, torch.Tensor) or value.device.type != "meta":
            return value
        if name in ANGLES:
            known = [a for a in self.angles if a.numel() == value.numel()]
            index = 1 if name == "sin" and len(known) > 1 else 0
            if known:
                return known[index].reshape(value.shape)
        return torch.zeros(
            value.shape, dtype=torch.float32 if value.is_floating_point() else value.dtype
        )

    def wrap(self, name, apply):
        """The same function, which is also asked what it does to unit vectors."""
        signature = inspect.signature(apply)

        def traced(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            heads = [
                key
                for key, value in bound.arguments.items()
                if isinstance(value, torch.Tensor)
                and value.device.type == "meta"
                and key not in ANGLES
            ]
            if not heads:
                return apply(*args, **kwargs)
            if not self.inside and not self.aside:
                self.inside = True
                try:
                    self.note(name, apply, bound, heads)
                except Exception as error:
                    self.problems.append(f"{name}: {type(error).__name__} {str(error)[:120]}")
                self.inside = False
            rotated = tuple(bound.arguments[key] for key in heads)
            return rotated[0] if len(rotated) == 1 else rotated

        return traced

    def note(self, name, apply, bound, heads):
        """Calls the function with every unit vector, and keeps what it does to them."""
        key = heads[0]
        shape = list(bound.arguments[key].shape)
        given = {n: self.real(n, v) for n, v in bound.arguments.items()}
        fixed = [
            hash(v.numpy().tobytes()) if isinstance(v, torch.Tensor) else str(v)[:50]
            for n, v in given.items()
            if n not in heads
        ]
        memo = (name, tuple(shape), tuple(fixed))
        if memo not in self.memo:
            self.memo[memo] = summarise(apply, given, key, shape)
        self.calls.append({"layer": self.layers[-1], "fn": name, "what": self.memo[memo]})


def summarise(apply, given, key, shape):
    """Pairs, angles and amplitude of one rotation."""
    width = shape[-1]
    rows = []
    for channel in range(width):
        unit = torch.zeros(shape)
        unit[..., channel] = 1
        out = apply(**{**given, key: unit})
        out = out[0] if isinstance(out, (tuple, list)) else out
        rows.append(by_token(out))
    matrices = torch.stack(rows, 1).double()  # token, in, out
    return read_matrices(matrices, width)


def by_token(out):
    """The vector of the first head for each token: T x width."""
    axis = [i for i, size in enumerate(out.shape[:-1]) if size == T][-1]
    return out.movedim(axis, 0).reshape(T, -1, out.shape[-1])[:, 0]


def read_matrices(matrices, width):
    """Which channels turn together, and by how much per axis of positions."""
    still = matrices[0]
    place = [int(still[i].abs().argmax()) for i in range(width)]
    amplitude = [float(still[i][place[i]]) for i in range(width)]
    back = {place[i]: i for i in range(width)}
    partner = {}
    for i in range(width):
        mixed = {
            j
            for t in range(1, T)
            for j in torch.nonzero(matrices[t][i].abs() > 1e-12)[:, 0].tolist()
        }
        others = {back[j] for j in mixed if j != place[i] and j in back}
        if len(others) > 1:
            return {"odd": f"channel {i} turns with {sorted(others)}"}
        if others:
            partner[i] = next(iter(others))
    pairs = []
    for i, j in sorted(partner.items()):
        if i > j and partner.get(j) == i:
            continue
        turns = [math.atan2(float(m[i][place[j]]), float(m[i][place[i]])) for m in matrices[1:5]]
        pairs.append({"channels": [i, j], "turns": turns, "amplitude": amplitude[i]})
    return {"width": width, "pairs": pairs}


def positions_like(given):
    """Token t stands at t; with several axes, token a + 1 stands at 1 on axis a."""
    if given.dim() == 3 and given.shape[0] in (3, 4) and given.shape[-1] == T:
        positions = torch.zeros(given.shape, dtype=torch.long)
        for axis in range(given.shape[0]):
            positions[axis, :, axis + 1] = 1
        return positions
    if given.dim() >= 1 and given.shape[-1] == T:
        return torch.arange(T).expand(given.shape).clone()
    return torch.zeros(given.shape, dtype=torch.long)


def text_config(model_type):
    """The default config of a type's language model, with what it needs to be run."""
    own = CONFIG_MAPPING[model_type]()
    config = own if model_type.startswith("musicgen") else own.get_text_config()
    extra = dict(OVERRIDES.get(config.model_type, {}))
    plain = config.to_dict()
    if "head_dim" in plain and plain["head_dim"] is None and plain.get("num_attention_heads"):
        extra.setdefault("head_dim", plain["hidden_size"] // plain["num_attention_heads"])
    if extra:
        config = type(config)(**extra)
    if config.model_type == "dbrx":
        config.attn_config.rope_theta = 10000.0
        config.attn_config.clip_qkv = 8
    if config.model_type == "chameleon":
        config = CONFIG_MAPPING["chameleon"](vocabulary_map={"<image>": 4, "IMGIMGA": 5})
    return config


def classes_of(config):
    """Classes that may be the model of a config, the usual one first."""
    found = []
    for mapping in (MODEL_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING):
        known = mapping.get(type(config), None)
        found += list(known) if isinstance(known, (tuple, list)) else [known] if known else []
    try:
        module = importlib.import_module(
            type(config).__module__.replace("configuration_", "modeling_")
        )
    except ModuleNotFoundError:
        return found
    for name, own in vars(module).items():
        if (
            isinstance(own, type)
            and issubclass(own, nn.Module)
            and own.__module__ == module.__name__
        ):
            takes = getattr(own, "config_class", None) is type(config) or name.endswith("TextModel")
            if takes and not name.endswith("PreTrainedModel"):
                found.append(own)
    return found


def build(config, problems):
    """The model on the meta device."""
    for own in classes_of(config):
        try:
            with torch.device("meta"):
                return own._from_config(config) if hasattr(own, "_from_config") else own(config)
        except Exception as error:
            problems.append(f"{own.__name__}: {type(error).__name__} {str(error)[:120]}")
    return None


def prepare(model, config, tracer):
    """Real rotary modules, counters of layers, and no experts."""
    for name, part in model.named_modules():
        kind = type(part).__name__
        parts = name.split(".")
        if "Experts" in kind:
            part.forward = lambda hidden, *a, **k: torch.zeros_like(hidden)
        if len(parts) >= 2 and parts[-1].isdigit() and parts[-2] in STACKS:
            index = int(parts[-1])
            part.register_forward_pre_hook(lambda m, a, index=index: tracer.layers.append(index))
            part.register_forward_hook(lambda m, a, o: (tracer.layers.pop(), None)[1])
        if any(word in kind for word in ASIDE):
            part.register_forward_pre_hook(lambda m, a: setattr(tracer, "aside", tracer.aside + 1))
            part.register_forward_hook(lambda m, a, o: setattr(tracer, "aside", tracer.aside - 1))
        if "Rotary" in kind and "transformers.models" in type(part).__module__:
            part.forward = real_rotary(part, config, tracer)


def real_rotary(part, config, tracer):
    """A rotary module's forward with real numbers."""
    own = type(part)(getattr(part, "config", config))
    sections = getattr(own, "mrope_section", None)
    if isinstance(sections, dict):
        sections = next(iter(sections.values()), None)
    if not sections and "mrope_section" in inspect.getsource(type(part)):
        sections = (config.rope_parameters or {}).get("mrope_section") or SECTIONS_OF_CODE.get(
            config.model_type
        )
    tracer.sections = list(sections or tracer.sections)

    def forward(*args, **kwargs):
        def real(value):
            if not isinstance(value, torch.Tensor):
                return value
            if not value.is_floating_point():
                return positions_like(value)
            return torch.zeros(value.shape)

        out = own(*[real(a) for a in args], **{n: real(v) for n, v in kwargs.items()})
        tracer.angles = [
            o
            for o in (out if isinstance(out, (tuple, list)) else [out])
            if isinstance(o, torch.Tensor)
        ]
        return out

    return forward


def trace(config):
    """Runs a config's model; returns the calls by layer, and what went wrong."""
    config._attn_implementation = "eager"
    tracer = Tracer()
    model = build(config, tracer.problems)
    if model is None:
        return None, tracer
    model.eval()
    prepare(model, config, tracer)
    modules = {
        type(m).__module__ for m in model.modules() if "transformers.models" in type(m).__module__
    }
    saved = []
    for own in [sys.modules[name] for name in modules]:
        for name, function in list(vars(own).items()):
            if callable(function) and name.startswith("create_") and "mask" in name:
                replacement = mask_of(name)
            elif (
                isinstance(function, types.FunctionType)
                and "apply" in name
                and "rot" in name
                and "vision" not in name
            ):
                replacement = tracer.wrap(name, function)
            else:
                continue
            saved.append((own, name, function))
            setattr(own, name, replacement)
    tokens = torch.zeros((1, T), dtype=torch.long, device="meta")
    try:
        with torch.no_grad():
            model(input_ids=tokens, use_cache=False)
    except Exception as error:
        frames = [f"{f.filename.split('/')[-1]}:{f.lineno}" for f in traceback_of(error)]
        tracer.problems.append(f"run: {type(error).__name__} {str(error)[:120]} {frames[-2:]}")
    finally:
        for own, name, function in saved:
            setattr(own, name, function)
    return model, tracer


def mask_of(name):
    """A function that makes no mask at all, in the form that the model wants."""
    if "recurrent" in name or "linear" in name or "padding" in name:
        return lambda *a, **k: None
    return lambda *a, **k: torch.zeros((1, 1, T, T), device="meta")


def traceback_of(error):
    """The frames of an error within transformers' models."""
    import traceback

    return [f for f in traceback.extract_tb(error.__traceback__) if "/models/" in f.filename]
