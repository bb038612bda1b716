"""`get_rope_index` of Qwen2-VL, 2.5-VL and 3-VL on prompts that mix text, images and video.

Runs under two versions of transformers: 4 (requirements-4.txt), where what follows an image or
video starts after its largest position, padding stands at 1 and the delta counts padding; and 5
(requirements.txt), where it starts after the larger of rows and columns, whatever the time, padding
stands at 0 and the delta leaves padding out. Each writes a file of its own.
"""

import inspect

import torch
import transformers
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as qwen25
from transformers.models.qwen2_vl import modeling_qwen2_vl as qwen2
from transformers.models.qwen3_vl import modeling_qwen3_vl as qwen3

from common import provenance, write

IMAGE, VIDEO, START, END, PAD = 10, 11, 12, 13, 0
MODELS = {
    "qwen2-vl": qwen2.Qwen2VLModel,
    "qwen2.5-vl": qwen25.Qwen2_5_VLModel,
    "qwen3-vl": qwen3.Qwen3VLModel,
}


class Settings:
    """The few fields of a config that get_rope_index reads."""

    image_token_id, video_token_id, vision_start_token_id = IMAGE, VIDEO, START

    def __init__(self, merge, tokens_per_second):
        self.vision_config = self
        self.spatial_merge_size = merge
        self.tokens_per_second = tokens_per_second


def text(count):
    """A run of text."""
    return {"text": count}


def image(*grid):
    """An image of (1, rows, columns) patches."""
    return {"image": grid}


def video(*grid, seconds=1.0):
    """A video of (frames, rows, columns) patches, with the seconds from one frame to the next."""
    return {"video": grid, "seconds": seconds}


# One list of segments per batch entry.
PROMPTS = {
    "image": [[text(5), image(1, 4, 6), text(3)]],
    "image-first": [[image(1, 8, 4), text(2)]],
    "two-images": [[text(2), image(1, 4, 4), text(1), image(1, 2, 10), text(4)]],
    "images-side-by-side": [[text(1), image(1, 4, 4), image(1, 4, 4)]],
    "short-video": [[text(3), video(2, 4, 8), text(2)]],
    "long-video": [[text(3), video(7, 4, 6), text(5)]],
    "image-and-video": [
        [text(2), image(1, 6, 4), text(3), video(3, 4, 4), text(2), image(1, 4, 4), text(1)]
    ],
    "video-then-image": [[video(3, 4, 4), text(2), image(1, 4, 8), text(6)]],
    "two-videos": [[text(1), video(2, 4, 4), text(2), video(4, 2, 6), text(3)]],
    "batch": [
        [text(4), image(1, 4, 6), text(2)],
        [text(1), video(3, 4, 4), text(2), image(1, 4, 4), text(9)],
    ],
    "batch-of-text-and-image": [[text(6), image(1, 4, 4), text(1)], [text(4)]],
}

SECONDS = {
    "half-seconds": [[text(3), video(5, 4, 4, seconds=0.5), text(2)]],
    "third-seconds": [[text(3), video(6, 4, 4, seconds=0.3333333), text(2)]],
    "seconds-per-video": [
        [video(3, 4, 4, seconds=0.2), text(2), video(4, 4, 4, seconds=1.5), text(1)]
    ],
}


def tokens_of(segment, model, merge):
    """Ids of a segment; Qwen3-VL writes a time before every frame, so each frame stands alone."""
    if "text" in segment:
        return [1 + i % 5 for i in range(segment["text"])]
    kind, token = ("image", IMAGE) if "image" in segment else ("video", VIDEO)
    frames, rows, columns = segment[kind]
    per_frame = [token] * (rows // merge * (columns // merge))
    if model == "qwen3-vl" and kind == "video":
        return [id for i in range(frames) for id in [6, 7, START, *per_frame, END]]
    return [START, *per_frame * frames, END]


def record(name, model, prompts, side, merge=2, tokens_per_second=2):
    """One call, padded on the left, on the right, or without a mask."""
    rows = [
        [id for segment in prompt for id in tokens_of(segment, model, merge)] for prompt in prompts
    ]
    longest = max(map(len, rows)) + (2 if side == "left" else 0)
    pad = lambda row: [0] * (longest - len(row))
    place = lambda row, body: [*pad(row), *body] if side == "left" else [*body, *pad(row)]
    ids = [place(row, row) for row in rows]
    mask = [place(row, [1] * len(row)) for row in rows]
    segments = [segment for prompt in prompts for segment in prompt]
    grids = {kind: [list(s[kind]) for s in segments if kind in s] for kind in ("image", "video")}
    seconds = [s["seconds"] for s in segments if "video" in s]
    arguments = {"input_ids": torch.tensor(ids)}
    for kind, list_of in grids.items():
        arguments[f"{kind}_grid_thw"] = torch.tensor(list_of) if list_of else None
    if side != "none":
        arguments["attention_mask"] = torch.tensor(mask)
    if model == "qwen2.5-vl" and seconds:
        arguments["second_per_grid_ts"] = torch.tensor(seconds)
    function = MODELS[model].get_rope_index
    if "mm_token_type_ids" in inspect.signature(function).parameters:
        kinds = torch.zeros_like(arguments["input_ids"])
        kinds[arguments["input_ids"] == IMAGE] = 1
        kinds[arguments["input_ids"] == VIDEO] = 2
        arguments["mm_token_type_ids"] = kinds
    stub = torch.nn.Module.__new__(MODELS[model])
    torch.nn.Module.__init__(stub)
    stub.__dict__["config"] = Settings(merge, tokens_per_second)
    positions, deltas = function(stub, **arguments)
    case = {
        "name": f"{model}/{name}/{side}",
        "model": model,
        "batch": len(rows),
        "inputIds": sum(ids, []),
        "imageGrids": grids["image"],
        "videoGrids": grids["video"],
        "mergeSize": merge,
    }
    if side != "none":
        case["attentionMask"] = sum(mask, [])
    if model == "qwen2.5-vl":
        case.update(secondsPerGrid=seconds, tokensPerSecond=tokens_per_second)
    return {
        **case,
        "positions": positions.reshape(3, -1).tolist(),
        "deltas": deltas.flatten().tolist(),
    }


def main():
    """Records every prompt of every model."""
    cases = []
    for model in MODELS:
        for name, prompts in PROMPTS.items():
            sides = ("none", "left") if len(prompts) == 1 else ("left", "right")
            cases += [record(name, model, prompts, side) for side in sides]
        cases.append(
            record("merge-3", model, [[text(2), image(1, 6, 9), text(2)]], "none", merge=3)
        )
    for name, prompts in SECONDS.items():
        for rate in (2, 4, 25):
            cases.append(
                record(f"{name}-{rate}", "qwen2.5-vl", prompts, "none", tokens_per_second=rate)
            )
    origin = provenance("rope_index.py", ["torch", "transformers"], [qwen2, qwen25, qwen3])
    origin["tokens"] = {"image": IMAGE, "video": VIDEO}
    write(f"recorded-rope-index-{transformers.__version__.split('.')[0]}.json", origin, cases)


if __name__ == "__main__":
    main()
