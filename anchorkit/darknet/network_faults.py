"""What no rewrite of the anchors mends: the input, the classes, the units, what cannot run.

Tested in tests/darknet/test_checks.py.
"""

import difflib
from collections.abc import Sequence

from anchorkit.darknet.faults import Fault
from anchorkit.darknet.heads import Head
from anchorkit.darknet.lists import read_list
from anchorkit.darknet.sections import ALIASES, Cfg, Section
from anchorkit.darknet.shapes import KNOWN
from anchorkit.darknet.written import written

__all__ = ["coarsest", "misspelt", "network_faults"]

ALIKE = 0.8
"""From this ratio of `difflib` on, a header is a misspelt one: `[convolutinal]`, not `[se]`."""

NEARLY = 0.01
"""Pixels by which cells of three decimals may miss a whole pixel."""


def network_faults(
    cfg: Cfg, heads: Sequence[Head], told: Sequence[tuple[str, int]] = ()
) -> list[Fault]:
    """Faults of a network beside those of its anchors; first what others follow from.

    Parameters
    ----------
    cfg
        The cfg of the heads.
    heads
        In the order of the file.
    told
        What else says how many classes there are, in words, and how many it says.
    """
    faults = _of_input(cfg, heads)
    broken = dict.fromkeys(head.broken for head in heads if head.broken)
    if not faults:  # else that is why the layers do not fit
        faults += [_fault_of(reason) for reason in broken]
    faults += [*_of_layers(cfg), *_of_schedule(cfg)]
    faults += _of_classes(heads, told)
    for head in heads:
        faults += [*_of_units(cfg, head, heads), *_of_counters(head)]
    return faults


def coarsest(heads: Sequence[Head]) -> int | None:
    """The coarsest stride, None where it is not known or not whole."""
    strides = [head.stride for head in heads]
    if not strides or any(stride is None or stride != int(stride) for stride in strides):
        return None
    return int(max(stride or 0.0 for stride in strides))


def misspelt(section: Section) -> str:
    """The type of layer that a header is meant to be; empty where it is none of darknet's."""
    name = section.type.strip("[]")
    if name[-1:].isdigit():  # [route2], [shortcut3]: layers of other trainers
        return ""
    known = {one.casefold(): one for one in (*KNOWN, *ALIASES) if one not in ("net", "network")}
    close = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=ALIKE)
    return known[close[0]] if close else ""


def _of_layers(cfg: Cfg) -> list[Fault]:
    """Headers with a slip of the pen: darknet goes on without the layer."""
    faults: list[Fault] = []
    for section in cfg.sections[1:]:
        meant = "" if section.type in KNOWN else misspelt(section)
        if meant:
            text = f"{section.header[:40]}: darknet drops it: is [{meant}] meant?"
            faults.append(Fault("layers", section.line, text))
        elif not section.header.endswith("]"):
            text = f"{section.header[:40]}: no `]` at its end: darknet drops it"
            faults.append(Fault("layers", section.line, text))
    return faults


def _of_schedule(cfg: Cfg) -> list[Fault]:
    """`steps` without as many `scales`: darknet refuses the one, and breaks off at the other."""
    entry = cfg.net.find("policy")
    if entry is None or cfg.net.text("policy") != "steps":
        return []
    counts = {}
    for key in ("steps", "scales"):
        found = written(cfg, cfg.net, key)
        if found is None or found.entry is None:
            return [Fault("schedule", entry.line, f"policy=steps without {key}")]
        if found.oddities:
            return [Fault("schedule", found.line, f"{key}: {'; '.join(found.oddities)}")]
        counts[key] = found.entry.value.count(",") + 1
    if counts["scales"] >= counts["steps"]:
        return []
    text = f"{counts['steps']} steps, but only {counts['scales']} scales"
    return [Fault("schedule", entry.line, text)]


def _fault_of(reason: str) -> Fault:
    line, _, text = reason.removeprefix("line ").partition(": ")
    return Fault("layers", int(line), text)


def _of_input(cfg: Cfg, heads: Sequence[Head]) -> list[Fault]:
    stride = coarsest(heads)
    faults: list[Fault] = []
    missing = [key for key in ("width", "height", "channels") if cfg.net.integer(key, 0) < 1]
    if missing and cfg.net.integer("inputs", 0) < 1:
        faults.append(Fault("input", cfg.net.line, f"[net] has no {' and no '.join(missing)}"))
    for key in ("width", "height"):
        entry, side = cfg.net.find(key), cfg.net.integer(key, 0)
        if stride is not None and entry is not None and side % stride:
            text = f"{key}={side} is no multiple of {stride}"
            faults.append(Fault("input", entry.line, text))
    return faults


def _of_classes(heads: Sequence[Head], told: Sequence[tuple[str, int]]) -> list[Fault]:
    faults: list[Fault] = []
    for head in heads:
        if "classes" not in head.written:
            text = f"[{head.type}] has no classes, darknet takes 20"
            if head.implied is not None:
                text += f", but filters={head.filters} are for {head.implied}"
                faults.append(Fault("classes", head.line, text))
    stated = [head for head in heads if head.implied is None]
    numbers = sorted({head.classes for head in stated})
    if len(numbers) > 1:
        line = next(h.line_of("classes") for h in stated if h.classes != stated[0].classes)
        each = ", ".join(f"{head.classes} (line {head.line_of('classes')})" for head in stated)
        return [*faults, Fault("classes", line, f"the heads have different classes: {each}")]
    for who, count in told:
        meant = [head.classes if head.implied is None else head.implied for head in heads]
        if meant and meant[0] != count:
            text = f"classes={meant[0]}, but {who} {count}"
            faults.append(Fault("classes", heads[0].line_of("classes"), text))
    return faults


def _of_units(cfg: Cfg, head: Head, heads: Sequence[Head]) -> list[Fault]:
    if not head.anchors or head.listed is None:
        return []
    text = ""
    sides = sorted(side for pair in head.anchors for side in pair)
    if head.type == "region":
        if head.layer.output and head.cell:
            grid = max(
                head.layer.output.width * head.cell[0], head.layer.output.height * head.cell[1]
            )
            if sides[len(sides) // 2] > grid:
                text = "most anchors are larger than the grid: pixels?"
    elif sides[-1] <= 1:
        text = "all anchors are of one pixel or less: fractions?"
    elif _are_cells(cfg, head, heads, sides):
        text = "all anchors would fit into the grid, and are no whole pixels: cells?"
    elif (stride := _whole_in_pixels(cfg, heads, sides)) is not None:
        text = f"most anchors are whole pixels only in cells of {stride}: cells?"
    return [Fault("units", head.line_of("anchors"), text)] if text else []


def _are_cells(cfg: Cfg, head: Head, heads: Sequence[Head], sides: Sequence[float]) -> bool:
    """Whether anchors fit into the grid of the coarsest head, and are no whole pixels."""
    stride = coarsest(heads)
    if stride is None or min(cfg.size) < 1:
        return False
    fractions = sum(side != int(side) for side in sides)
    return sides[-1] <= max(cfg.size) / stride and 2 * fractions > len(sides)


def _whole_in_pixels(cfg: Cfg, heads: Sequence[Head], sides: Sequence[float]) -> int | None:
    """The stride by whose cells fractions are whole pixels; None where that may be chance."""
    fractions = sum((2 * side) % 1 != 0 for side in sides)
    if 2 * fractions < len(sides):
        return None
    for stride in sorted({int(head.stride) for head in heads if head.stride}):
        fit = sides[-1] * stride <= max(cfg.size)
        if fit and all(abs(side * stride - round(side * stride)) < NEARLY for side in sides):
            return stride
    return None


def _of_counters(head: Head) -> list[Fault]:
    found = head.written.get("counters_per_class")
    if found is None or not found.value:
        return []
    listed = read_list(found)
    if listed.wrong:
        return [Fault("counters", found.line, listed.wrong.partition(": ")[2])]
    if listed.missing_commas:
        text = "counters_per_class: a comma is missing between numbers"
        return [Fault("counters", found.line, text)]
    # darknet counts the commas, those without a number as well
    count = len(listed.numbers) + listed.empty_items
    meant = head.classes if head.implied is None else head.implied
    if count == meant:
        return []
    numbers = "1 number" if count == 1 else f"{count} numbers"
    text = f"counters_per_class has {numbers} for {meant} classes: darknet refuses the file"
    return [Fault("counters", found.line, text)]
