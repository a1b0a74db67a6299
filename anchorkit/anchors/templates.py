"""What the files look like from which trainers and deployed networks read their anchors.

Tested in tests/anchors/test_export.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = [
    "TAO_ROWS",
    "Level",
    "csv",
    "darknet",
    "hailo",
    "keras",
    "luxonis",
    "matlab",
    "mmdet",
    "mmyolo",
    "openvino",
    "paddle",
    "rknn",
    "tao",
    "yolov5",
]

TAO_ROWS = ("small_anchor_shape", "mid_anchor_shape", "big_anchor_shape")
"""The keys of a TAO spec, for the finest level first; a tiny network has no small one."""


class Level(NamedTuple):
    """Anchors of one detection level, as text; levels are kept by ascending stride.

    Attributes
    ----------
    stride
        Of the level in pixels; 0 where anchors are not shared out over levels.
    indices
        Places of its anchors among all.
    pairs
        Width and height of each.
    network
        Width and height of the network's input; None where the file says nothing of it.
    """

    stride: int
    indices: list[int]
    pairs: list[tuple[str, str]]
    network: tuple[int, int] | None = None

    def tuples(self) -> str:
        """`(width, height), ...`."""
        return ", ".join(f"({width}, {height})" for width, height in self.pairs)

    def flat(self) -> str:
        """`width, height, ...`."""
        return ", ".join(f"{width}, {height}" for width, height in self.pairs)

    def rows(self) -> str:
        """Rows of a MATLAB matrix, height first."""
        return "; ".join(f"{height} {width}" for width, height in self.pairs)


Levels = Sequence[Level]


def darknet(levels: Levels) -> list[str]:
    """The line of a `[yolo]` section."""
    return [f"anchors = {_line(levels)}"]


def keras(levels: Levels) -> list[str]:
    """The one line that keras-yolo3 reads."""
    return [_line(levels)]


def csv(levels: Levels) -> list[str]:
    """A table of width and height."""
    return ["width,height", *(f"{width},{height}" for width, height in _pairs(levels))]


def yolov5(levels: Levels) -> list[str]:
    """The anchors of a model's YAML."""
    rows = (
        (", ".join(f"{width},{height}" for width, height in level.pairs), _named(level.stride))
        for level in levels
    )
    return ["anchors:", *(f"  - [{row}]  # {name}" for row, name in rows)]


def mmdet(levels: Levels) -> list[str]:
    """The end of a config that inherits from one of YOLOv3, coarse levels first."""
    coarse_first = levels[::-1]
    strides = [level.stride for level in coarse_first]
    return [
        "model = dict(",
        "    bbox_head=dict(",
        "        anchor_generator=dict(",
        "            type='YOLOAnchorGenerator',",
        "            base_sizes=[",
        *(f"                [{level.tuples()}]," for level in coarse_first),
        "            ],",
        f"            strides={strides}),",
        f"        featmap_strides={strides}))",
    ]


def mmyolo(levels: Levels) -> list[str]:
    """The end of a config that inherits from one of YOLOv5 or YOLOv7."""
    return [
        "anchors = [",
        *(f"    [{level.tuples()}],  # {_named(level.stride)}" for level in levels),
        "]",
        f"strides = {[level.stride for level in levels]}",
        "model = dict(",
        "    bbox_head=dict(",
        f"        head_module=dict(num_base_priors={len(levels[0].pairs)}, "
        "featmap_strides=strides),",
        "        prior_generator=dict(base_sizes=anchors, strides=strides)))",
    ]


def paddle(levels: Levels) -> list[str]:
    """The head and the reader's copy of it, masks of coarse levels first."""
    rows = [", ".join(f"[{width}, {height}]" for width, height in level.pairs) for level in levels]
    masks = [level.indices for level in reversed(levels)]
    strides = [level.stride for level in reversed(levels)]
    anchors = f"[{', '.join(rows)}]"
    return [
        "YOLOv3Head:",
        f"  anchors: {anchors}",
        f"  anchor_masks: {masks}",
        "# The reader's copy: put this line in place of the Gt2YoloTarget of your TrainReader,",
        "# and leave its other transforms as they are.",
        "TrainReader:",
        "  batch_transforms:",
        f"    - Gt2YoloTarget: {{anchor_masks: {masks}, anchors: {anchors}, "
        f"downsample_ratios: {strides}}}",
    ]


def tao(levels: Levels) -> list[str]:
    """Rows of a TAO spec, the coarsest level first."""
    names = TAO_ROWS[-len(levels) :]
    rows = zip(names, levels, strict=True)
    return [f'{name}: "[{level.tuples()}]"' for name, level in reversed(list(rows))]


def matlab(levels: Levels) -> list[str]:
    """A matrix, or with levels a cell array of them, the coarsest first."""
    note = "% rows are [height width]"
    if levels[0].stride == 0:
        return [note, f"anchorBoxes = [{levels[0].rows()}];"]
    cells = "; ".join(f"[{level.rows()}]" for level in reversed(levels))
    return [f"{note}, the coarsest level first", f"anchorBoxes = {{{cells}}};"]


def hailo(levels: Levels) -> list[str]:
    """The part of a network's YAML in Hailo's model zoo."""
    return [
        "# In the order of the network's outputs: turn both lists round where the coarse level",
        "# comes first, as in tiny_yolov4.",
        "postprocessing:",
        "  anchors:",
        f"    strides: {[level.stride for level in levels]}",
        "    sizes:",
        *(f"      - [{level.flat()}]" for level in levels),
    ]


def rknn(levels: Levels) -> list[str]:
    """One number a line, as the model zoo of RKNN reads them."""
    return [side for pair in _pairs(levels) for side in pair]


def openvino(levels: Levels) -> list[str]:
    """What OpenVINO's converter of YOLOv3 takes, masks of coarse levels first."""
    masks = [level.indices for level in reversed(levels)]
    return [
        "[",
        "  {",
        '    "id": "TFYOLOV3",',
        '    "match_kind": "general",',
        '    "custom_attributes": {',
        f'      "anchors": [{", ".join(level.flat() for level in levels)}],',
        '      "coords": 4,',
        f'      "num": {len(_pairs(levels))},',
        f'      "masks": {masks}',
        "    }",
        "  }",
        "]",
    ]


def luxonis(levels: Levels) -> list[str]:
    """What DepthAI is told of a YOLO network: masks by the side of the grid."""
    width, height = levels[0].network or (0, 0)
    masks = (f'"side{width // level.stride}": {level.indices}' for level in levels)
    return [
        "{",
        '  "nn_config": {',
        '    "output_format": "detection",',
        '    "NN_family": "YOLO",',
        f'    "input_size": "{width}x{height}",',
        '    "NN_specific_metadata": {',
        '      "coordinates": 4,',
        f'      "anchors": [{", ".join(level.flat() for level in levels)}],',
        f'      "anchor_masks": {{{", ".join(masks)}}}',
        "    }",
        "  }",
        "}",
    ]


def _pairs(levels: Levels) -> list[tuple[str, str]]:
    return [pair for level in levels for pair in level.pairs]


def _line(levels: Levels) -> str:
    return ",  ".join(f"{width},{height}" for width, height in _pairs(levels))


def _named(stride: int) -> str:
    power = stride.bit_length() - 1
    return f"P{power}/{stride}" if stride == 1 << power else f"stride {stride}"
