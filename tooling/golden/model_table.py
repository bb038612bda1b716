"""What the code of every language model type of transformers knows about its rotations.

Writes two files: the table that the readers of model files use (TypeScript, in packages/core/src),
and the recorded rotations that the table and the readers are tested against (JSON, in packages/core/test).

    python tooling/golden/model_table.py [type ...]

With types it studies these alone again and takes the others from the run before.
"""

import base64
import datetime
import importlib
import importlib.metadata
import inspect
import json
import math
import os
import sys
import warnings
from multiprocessing import Pool
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")

import numpy as np
import torch
from transformers.models.auto.configuration_auto import CONFIG_MAPPING, CONFIG_MAPPING_NAMES
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES,
)

import model_trace
from model_trace import T, Tracer, build, positions_like, text_config, trace

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "packages/core/src/models/model-table.ts"
RECORD = ROOT / "packages/core/test/models/recorded-types.json"
# What was found, so that single types can be studied again.
CACHE = Path(os.environ.get("MODEL_TABLE_CACHE", "/tmp/model-table.json"))

# Types with rope_parameters that are no language model: towers for images and sound, and decoders of them.
ASIDE = (
    "vision",
    "vit",
    "audio",
    "encoder_model",
    "tokenizer",
    "codec",
    "sam2",
    "sam3",
    "loftr",
    "dinov3",
)
ASIDE_TYPES = {
    *(
        "dia_encoder",
        "glmasr_encoder",
        "lasr_encoder",
        "mimi",
        "mimi_decoder",
        "mimi_encoder",
        "pixtral",
    ),
    *("qwen2_5_omni_dit", "deepseek_ocr2_encoder", "edgetam_video", "sam3_tracker_video"),
    *("nemotron3_5_transcribe_word_timestamp", "muse_glimmer_assistant", "pe_video_encoder"),
    *(
        "timesfm2_5",
        "seamless_m4t",
        "seamless_m4t_v2",
        "voxtral_realtime_encoder",
        "perceiver",
        "tapas",
    ),
}
# Language models among the types that the words above would leave out.
LANGUAGE = {"higgs_audio_v2", "gemma4_audio_text"}

# Types whose model cannot run without weights or other inputs: their function is called directly.
BY_FUNCTION = {
    *("jetmoe", "higgs_audio_v2", "kyutai_speech_to_text", "dia_decoder", "idefics"),
    *("csm_depth_decoder_model", "moonshine", "moonshine_streaming", "blt_global_transformer"),
    *(
        "blt_local_decoder",
        "deepseek_ocr2_text",
        "qwen4_exp_text",
        "qwen3_omni_moe_talker_code_predictor",
    ),
    *("ministral", "esm", "t5_gemma_module", "t5gemma2_decoder", "t5gemma2_text"),
}

# Types whose modules name a rotation that no layer of them performs.
STILL = {
    "inkling_text",
    "inkling2_text",
    "inkling2_loop_text",
    "kimi_linear",
    "nemotron_h",
    "jamba",
}

# Of these, the files carry keys of a rotation all the same.
IDLE = STILL | {"nemotron_h_omni", "inkling_mm_model"}

# Types that cannot be run by themselves, and the type whose attention and config they inherit.
INHERITED = {"voxtral_realtime_text": "mistral"}


def types():
    """Model types by the type of their language model: text type -> a type that holds it, and aliases."""
    known = set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES) | set(MODEL_FOR_MASKED_LM_MAPPING_NAMES)
    known |= set(MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES) | set(
        MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES
    )
    via, aliases = {}, {}
    for name in CONFIG_MAPPING_NAMES:
        try:
            config = CONFIG_MAPPING[name]()
            text = config if name.startswith("musicgen") else config.get_text_config()
        except Exception:
            continue
        own = text.model_type
        rotates = getattr(text, "rope_parameters", None) is not None
        if own != name:
            aliases[name] = own
        if rotates or name in known or own in known:
            if own == name or own not in via:
                via[own] = name
    return via, {name: own for name, own in aliases.items() if own in via}


def is_aside(name):
    """Whether a type is no language model."""
    return name not in LANGUAGE and (name in ASIDE_TYPES or any(word in name for word in ASIDE))


def source_of(config):
    """The text of the file with a config's model, or an empty one where it borrows another's."""
    name = type(config).__module__.replace("configuration_", "modeling_")
    try:
        return inspect.getsource(importlib.import_module(name))
    except ModuleNotFoundError:
        return ""


# mrope_section as the code of the type at hand has it.
found_sections = []


def by_function(config):
    """The rotations that a module's own classes and functions perform, without its model."""
    module = importlib.import_module(type(config).__module__.replace("configuration_", "modeling_"))
    names = [
        n for n, v in vars(module).items() if isinstance(v, type) and n.endswith("RotaryEmbedding")
    ]
    own = [n for n in names if "Vision" not in n]
    stem = type(config).__name__.replace("Config", "").replace("Decoder", "")
    rotary = getattr(module, next((n for n in own if stem in n), own[-1]))(config)
    parameters = getattr(config, "rope_parameters", None)
    found_sections.extend(getattr(rotary, "mrope_section", None) or [])
    if not parameters or not all(isinstance(v, dict) for v in parameters.values()):
        return [(one_rotation(module, rotary, config, {}), None)]
    kinds = config.layer_types
    return [
        (
            one_rotation(module, rotary, config, {"layer_type": kind}),
            [i for i, k in enumerate(kinds) if k == kind],
        )
        for kind in parameters
    ]


def one_rotation(module, rotary, config, how):
    """What apply_rotary_pos_emb does with a rotary module's cos and sin."""
    isMulti = getattr(rotary, "mrope_section", None) is not None
    tokens = positions_like(torch.zeros((3, 1, T))) if isMulti else torch.arange(T)[None]
    width = rotary_width(config)
    cos, sin = rotary(torch.zeros((1, T, width)), tokens, **how)
    heads = torch.zeros((1, 1, T, width))
    given = {"q": heads, "k": heads, "cos": cos, "sin": sin}
    return model_trace.summarise(module.apply_rotary_pos_emb, given, "q", [1, 1, T, width])


def roformer(config):
    """RoFormer's rotation is a method that takes rows of sines and cosines in one."""
    from transformers.models.roformer import modeling_roformer as module

    width = config.hidden_size // config.num_attention_heads
    table = module.RoFormerSinusoidalPositionalEmbedding(T, width)
    table._init_weight() if hasattr(table, "_init_weight") else None
    weight = table.create_weight() if hasattr(table, "create_weight") else table.weight
    rows = weight.detach()[None, None]
    apply = lambda q: module.RoFormerSelfAttention.apply_rotary_position_embeddings(rows, q, q)
    return [(model_trace.summarise(apply, {"q": None}, "q", [1, 1, T, width]), None)]


def rotary_width(config):
    """Channels of a head."""
    plain = config.to_dict()
    for key in ("kv_channels", "head_dim"):
        if plain.get(key):
            return plain[key]
    if plain.get("hidden_size") and plain.get("num_attention_heads"):
        return plain["hidden_size"] // plain["num_attention_heads"]
    return config.hidden_size // config.num_attention_heads


def rotations(config, source):
    """Rotations by layer: a list of (what, layers), and what went wrong."""
    if config.model_type == "roformer":
        return roformer(config), []
    if config.model_type in BY_FUNCTION:
        return by_function(config), []
    model, tracer = trace(config)
    found_sections.extend(tracer.sections)
    first = {}
    for call in tracer.calls:
        if "pairs" in call["what"] and call["what"]["pairs"] and call["layer"] is not None:
            first.setdefault(call["layer"], call["what"])
    odd = [c["what"]["odd"] for c in tracer.calls if "odd" in c["what"]]
    groups = []
    for layer, what in sorted(first.items()):
        group = next((g for g in groups if g[0] is what), None)
        if group is None:
            groups.append((what, [layer]))
        else:
            group[1].append(layer)
    return groups, tracer.problems + odd


def group_of(what, layers):
    """One rotation in the form that is recorded."""
    pairs = what["pairs"]
    turns = np.array([p["turns"] for p in pairs])
    isMulti = np.count_nonzero(np.abs(turns) > 1e-12, axis=1).max() <= 1
    axis = np.abs(turns).argmax(axis=1) if isMulti else np.zeros(len(pairs), int)
    angle = turns[np.arange(len(pairs)), axis]
    step = pairs[0]["channels"][1] - pairs[0]["channels"][0]
    pairing = "interleaved" if step == 1 else "half"
    return {
        "layers": layers,
        "headDim": what["width"],
        "pairing": pairing,
        "first": pairs[0]["channels"][0],
        "step": step,
        "inverse": bool((angle < 0).all()),
        "amplitude": round(float(np.mean([p["amplitude"] for p in pairs])), 6),
        "frequencies": [float(a) for a in np.abs(angle)],
        "axes": axis.tolist() if isMulti else None,
    }


YARN = {
    "rope_type": "yarn",
    "factor": 32.0,
    "original_max_position_embeddings": 4096,
    "mscale_all_dim": 0.5,
}


def scales_softmax(config, source):
    """Whether attention multiplies its scale when YaRN states mscale_all_dim."""
    if "mscale_all_dim" not in source and source != "":
        return False
    found = []
    for yarn in (False, True):
        own = type(config)(**model_trace.OVERRIDES.get(config.model_type, {}))
        own._attn_implementation = "eager"
        base = {"rope_type": "default", "rope_theta": 10000.0}
        parameters = {**base, **YARN} if yarn else base
        if own.rope_parameters and all(isinstance(v, dict) for v in own.rope_parameters.values()):
            parameters = {kind: {**v, **parameters} for kind, v in own.rope_parameters.items()}
        own.rope_parameters = parameters
        model = build(own, [])
        scales = (getattr(m, "scaling", None) for m in model.modules())
        found.append({float(scale) for scale in scales if isinstance(scale, (int, float))})
    return found[0] != found[1]


def yarn_amplitude(config):
    """The attention factor that a type's config gives to a legacy YaRN that states none, else None."""
    scaling = {"type": "yarn", "factor": 16.0, "original_max_position_embeddings": 4096}
    try:
        changed = type(config)(
            **model_trace.OVERRIDES.get(config.model_type, {})
            | {"rope_scaling": scaling, "rope_parameters": None}
        )
    except Exception:
        return None
    parameters = changed.rope_parameters or {}
    nested = [v for v in parameters.values() if isinstance(v, dict)] or [parameters]
    stated = {
        v["attention_factor"] for v in nested if v.get("factor") == 16.0 and "attention_factor" in v
    }
    return stated.pop() if stated else None


def study(item):
    """Everything about one type."""
    name, via = item
    torch.set_num_threads(1)
    out = {"type": name, "via": via, "problems": []}
    try:
        config = text_config(via)
        source = source_of(config)
        out["config"] = json.loads(
            json.dumps(config.to_diff_dict(), default=str)
            .replace("Infinity", "null")
            .replace("NaN", "null")
        )
        default = (
            CONFIG_MAPPING[via]()
            if via.startswith("musicgen")
            else CONFIG_MAPPING[via]().get_text_config()
        )
        out["rope"] = default.to_dict().get("rope_parameters")
        own = type(config)
        names = (
            "head_dim",
            "kv_channels",
            "qk_rope_head_dim",
            "qk_nope_head_dim",
            "rotary_dim",
            "hidden_size",
            "num_attention_heads",
        )
        out["defaults"] = {n: v for n in names if isinstance(v := getattr(own, n, None), int)}
        mentions = (
            any(word in source for word in ("rotary", "rope_parameters", "rotate_half"))
            or source == ""
        )
        found_sections.clear()
        groups, problems = ([], []) if name in STILL or not mentions else rotations(config, source)
        out["problems"] = problems
        out["mentions"] = mentions
        out["source"] = "sliding_window is None or" if "sliding_window is None or" in source else ""
        out["sections"] = list(found_sections)
        out["groups"] = [group_of(what, layers) for what, layers in groups]
        if out["groups"]:
            out["softmax"] = scales_softmax(config, source)
            out["yarn"] = yarn_amplitude(config) if source else None
    except Exception as error:
        import traceback

        out["problems"].append(
            f"{type(error).__name__}: {str(error)[:200]} {traceback.format_exc().splitlines()[-3:]}"
        )
    return out


# Keys of rope_parameters that are no part of what a type's code fills in for one dictionary.
FOREIGN = {
    "type",
    "max_position_embeddings",
    "llama_4_scaling_beta",
    "mrope_section",
    "mrope_interleaved",
}

# rope_theta in the code of transformers 4.57.1, where version 5 has another.
OLDER_BASES = {
    "cohere": 10000,
    "falcon_h1": 100000,
    "kyutai_speech_to_text": 100000,
    "olmo3": 10000,
    "persimmon": 25000,
    "qwen3_vl_text": 5000000,
    "qwen3_vl_moe_text": 5000000,
}

# Types whose rotation depends on a key that is absent in most of their files.
ONLY_IF = {
    "granitemoehybrid": "position_embedding_type",
    "esm": "position_embedding_type",
    "zamba2": "use_mem_rope",
}

# Types whose attention is so many times as wide as the model.
WIDENS = {"zamba2": 2}

# Kinds of layers without attention, and types whose sections are in the file, not in the code.
WITHOUT_ATTENTION = {"linear_attention", "conv", "mamba", "mlp", "recurrent"}
STATED_SECTIONS = {"hunyuan_vl_text"}


def plain_rope(rope):
    """rope_parameters without what every reader fills in anyway."""
    if not rope:
        return None
    if all(v is None or isinstance(v, dict) for v in rope.values()):
        return {kind: v and (plain_rope(v) or {}) for kind, v in rope.items()}
    kept = {
        k: v
        for k, v in rope.items()
        if k not in FOREIGN and not (k == "rope_type" and v == "default")
    }
    if "rope_type" not in kept and kept.get("rope_theta") == 10000.0:
        del kept["rope_theta"]
    if kept.get("partial_rotary_factor") == 1.0:
        del kept["partial_rotary_factor"]
    if not kept:
        return None
    return {k: int(v) if isinstance(v, float) and v == int(v) else v for k, v in kept.items()}


def head_of(config):
    """Channels of a head as a file states them; None where q and k are made of parts."""
    if "qk_rope_head_dim" in config:
        return None
    for key in ("head_dim", "attention_head_dim", "kv_channels"):
        if isinstance(config.get(key), int):
            return config[key]
    width = config.get("hidden_size") or config.get("n_embd")
    heads = config.get("num_attention_heads") or config.get("n_head")
    return width // heads if width and heads else None


def in_file(found):
    """The groups in the terms of the file: its heads, where code cuts them before it rotates; its layers."""
    config = found["config"]
    head = head_of(config)
    kinds = config.get("layer_types") or []
    attending = [i for i, kind in enumerate(kinds) if kind != "mlp"]
    for group in found.get("groups", []):
        if head and group["headDim"] < head:
            group["headDim"] = head
        # Dory's file counts an attention and the MLP after it as two layers.
        if "mlp" in kinds and group["layers"]:
            group["layers"] = [attending[i] for i in group["layers"]]


def layer_facts(found):
    """Which kinds of layers do not rotate, and the group that the kinds repeat."""
    facts, config = {}, found["config"]
    kinds = config.get("layer_types")
    layers = [layer for g in found["groups"] for layer in g["layers"] or []]
    total = config.get("num_hidden_layers") or 0
    missing = [i for i in range(total) if i not in layers] if layers else []
    if missing and "no_rope_layers" in config:
        return {"stillEvery": missing[0] + 1}
    if missing and config.get("cross_attention_layers") == missing:
        return {"crosses": True}
    if kinds and len(set(kinds)) > 1:
        still = (
            {k for i, k in enumerate(kinds) if i in missing} - WITHOUT_ATTENTION
            if layers
            else set()
        )
        still -= {k for i, k in enumerate(kinds) if i in layers}
        if still:
            facts["stillKinds"] = sorted(still)
        period = next(
            n
            for n in range(1, len(kinds) + 1)
            if all(k == kinds[i % n] for i, k in enumerate(kinds))
        )
        differs = (
            still
            or set(kinds) & WITHOUT_ATTENTION
            or len(found["groups"]) > 1
            or "layer_rope_theta" in config
        )
        isNested = found["rope"] and all(
            isinstance(v, (dict, type(None))) for v in found["rope"].values()
        )
        if period <= 8 and (differs or isNested):
            facts["kinds"] = kinds[:period]
    return facts


def axis_facts(group, sections):
    """Sections, as the code has them, and their order."""
    axes = group["axes"]
    if axes == sorted(axes):
        return {"sections": sections}
    return {"sections": sections, "order": "ernie" if axes[0] == 1 else "turns"}


def facts_of(found, source):
    """The facts of one type in the form of the table."""
    groups, defaults = found.get("groups", []), found.get("defaults", {})
    if not groups:
        return {"still": True, "idle": True} if found["type"] in IDLE else {"still": True}
    facts = {}
    if groups[0]["pairing"] == "interleaved":
        facts["interleaved"] = True
    if any(g["inverse"] for g in groups):
        facts["reversed"] = True
    rope = plain_rope(found["rope"])
    if rope:
        facts["rope"] = rope
    latent = defaults.get("qk_rope_head_dim")
    width = defaults.get("head_dim", defaults.get("kv_channels"))
    if groups[0]["first"]:
        facts["tail"] = True
        facts["headDim"] = width
    elif latent and latent == groups[0]["headDim"]:
        facts["latent"] = [latent, defaults.get("qk_nope_head_dim", 0)]
    elif width:
        facts["headDim"] = width
        kinds = found["config"].get("layer_types") or []
        wider = {
            kinds[g["layers"][0]]: g["headDim"] for g in groups if kinds and g["headDim"] != width
        }
        if wider:
            facts["headDims"] = wider
    counted = defaults.get("rotary_dim")
    if counted and counted == 2 * len(groups[0]["frequencies"]):
        facts["rotaryDim"] = counted
    elif counted:
        facts["sharesOnly"] = True
    facts.update(layer_facts(found))
    if "stillKinds" in facts and "sliding_window is None or" in source:
        facts["stillWithWindow"] = True
    if groups[0]["axes"] and found["type"] not in STATED_SECTIONS:
        facts.update(axis_facts(groups[0], found["sections"]))
    if found.get("softmax"):
        facts["scalesSoftmax"] = True
    if found.get("yarn"):
        facts["yarnAmplitude"] = found["yarn"]
    if found["type"] in OLDER_BASES:
        facts["olderBase"] = OLDER_BASES[found["type"]]
    if found["type"] in WIDENS:
        facts["widens"] = WIDENS[found["type"]]
    if found["type"] in ONLY_IF:
        facts["onlyIf"] = ONLY_IF[found["type"]]
    return facts


def write_table(found, aliases, towers):
    """The table in TypeScript: types that share their facts stand in one row."""
    rows = {}
    names = {f["type"] for f in found}
    for f in found:
        facts = json.dumps(facts_of(f, f.get("source", "")))
        outer = [
            n
            for n, own in aliases.items()
            if own == f["type"] and n not in names and n + "_text" != own
        ]
        rows.setdefault(facts, []).extend([f["type"], *outer])
    for name in found:
        if name["type"].startswith("musicgen"):
            rows[json.dumps({"still": True})].append(name["type"] + "_decoder")
    for name, preset in towers.items():
        rows.setdefault(json.dumps({"axial": preset}), []).append(name)
    version = importlib.metadata.version("transformers")
    lines = [
        f"  [{facts}, {json.dumps(' '.join(sorted(set(types))))}],".replace('": ', '":')
        for facts, types in sorted(rows.items(), key=lambda r: (-len(r[1]), r[1]))
    ]
    day = datetime.date.today().isoformat()
    TABLE.write_text(f"""/**
 * Generated by tooling/golden/model_table.py on {day} from transformers {version}: do not edit.
 * What the code of each language model type has and a config.json may leave out. Types that share
 * their facts stand in one row; a name with `_text` at its end serves the name without it too.
 */
import type {{ FactRow }} from './model-facts.js'

/** Facts, and the types that have them. */
export const MODEL_TABLE: readonly FactRow[] = [
""" + "\n".join(lines) + "\n]\n")


def write_record(found):
    """What was recorded, for the tests: frequencies in one list, since many types share them."""
    lists = []
    cases = []
    for f in found:
        groups = []
        for g in f.get("groups", []):
            encoded = base64.b64encode(np.array(g["frequencies"], "<f4").tobytes()).decode()
            if encoded not in lists:
                lists.append(encoded)
            groups.append({**g, "frequencies": lists.index(encoded)})
        cases.append({"type": f["type"], "config": f["config"], "groups": groups})
    head = json.dumps(
        {
            "script": "tooling/golden/model_table.py",
            "transformers": importlib.metadata.version("transformers"),
            "torch": torch.__version__,
        }
    )
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    RECORD.write_text(
        f'{{"provenance":{head},\n"frequencies":{json.dumps(lists)},\n"cases":[\n{body}\n]}}\n'
    )


# Presets for the positions of images, by words in a type's name.
PRESETS = {
    "pixtral": "pixtralVisionRope",
    "gemma4": "gemma4VisionRopes",
    "kimi": "kimiVisionRope",
    "muse": "museVisionRope",
    "sam2": "sam2Rope",
    "edgetam": "sam2Rope",
    "qwen2": "qwen2VisionRope",
    "qwen3": "qwen2VisionRope",
}


def vision_towers(via):
    """Types that rotate by rows and columns of an image, and the preset for each ('' for none)."""
    towers = {}
    for name, held in via.items():
        if not is_aside(name):
            continue
        rope = CONFIG_MAPPING[held]().get_text_config().to_dict().get("rope_parameters") or {}
        if rope.get("rope_type") == "axial":
            towers[name] = next(
                (preset for word, preset in PRESETS.items() if name.startswith(word)), ""
            )
    return towers


def main():
    """Studies all types, or those that are named."""
    via, aliases = types()
    chosen = sys.argv[1:] or sorted(name for name in via if not is_aside(name))
    with Pool(2) as pool:
        found = pool.map(study, [(name, via.get(name, name)) for name in chosen], chunksize=2)
    if CACHE.exists() and sys.argv[1:]:
        kept = json.loads(CACHE.read_text())["found"]
        found = [f for f in kept if f["type"] not in chosen and not is_aside(f["type"])] + found
    CACHE.write_text(json.dumps({"found": found, "aliases": aliases}))
    found.sort(key=lambda f: f["type"])
    by_type = {f["type"]: f for f in found}
    for name, own in INHERITED.items():
        if name in by_type and own in by_type:
            by_type[name]["groups"] = by_type[own]["groups"]
    for f in found:
        in_file(f)
        # A rotation that was not found is no model without one.
        if not f.get("groups") and f["config"].get("rope_parameters"):
            f["problems"].append("has rope_parameters, but no rotation was recorded")
    if not os.environ.get("MODEL_TABLE_DRY"):
        write_table(found, aliases, vision_towers(via))
        write_record(found)
    for f in found:
        if f["problems"] or f["type"] in sys.argv[1:]:
            print(
                f["type"],
                f["problems"],
                [
                    (
                        g["layers"] and len(g["layers"]),
                        g["headDim"],
                        g["pairing"],
                        len(g["frequencies"]),
                    )
                    for g in f.get("groups", [])
                ],
                f.get("softmax"),
                f.get("yarn"),
                f.get("mentions"),
            )


if __name__ == "__main__":
    main()
