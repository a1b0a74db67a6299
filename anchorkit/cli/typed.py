"""Words as people type them: `help X`, one dash for two, `10x13 16x30` behind `--anchors`."""

import re
from collections.abc import Sequence
from pathlib import Path

__all__ = ["MEANT", "MEANT_COMMANDS", "meant_option", "rewritten"]

MEANT = {
    "--letterbox": "--resize letterbox",
    "--stretch": "--resize stretch",
    "-n": "-k",
    "-c": "-k",
    "--num": "-k",
    "--num-anchors": "-k",
    "--num_of_clusters": "-k",
    "-num_of_clusters": "-k",
    "--anchors-num": "-k",
    "--size": "--input",
    "--img": "--input",
    "--img-size": "--input",
    "--imgsz": "--input",
    "--width": "--input WxH",
    "-width": "--input WxH",
    "--height": "--input WxH",
    "-height": "--input WxH",
    "-i": "--input",
    "-s": "--seed",
    "-p": "--plot",
    "--iou": "--update iou",
    "--mean": "--update mean",
    "--median": "--update median",
    "--json": "--format json",
    "-o": "--export csv:FILE",
    "--output": "--export csv:FILE",
    "--out": "--export csv:FILE",
    "--save": "--export csv:FILE",
    "-v": "--version",
    "-V": "--version",
}
"""What other tools call options of ours."""

MEANT_COMMANDS = {
    **dict.fromkeys(("kmeans", "k-means", "autoanchor", "anchors", "calc_anchors"), "cluster"),
    **dict.fromkeys(("find", "fit", "generate", "train", "run"), "cluster"),
    **dict.fromkeys(("info", "stats", "validate", "lint", "analyze", "analyse"), "inspect"),
    **dict.fromkeys(("eval", "test", "score", "compare", "judge"), "evaluate"),
    **dict.fromkeys(("draw", "show", "visualize", "visualise"), "plot"),
    **dict.fromkeys(("flops", "params", "profile", "summary"), "cost"),
    **dict.fromkeys(("write", "edit", "patch", "set"), "apply"),
    **dict.fromkeys(("verify", "gate", "ci"), "check"),
    **dict.fromkeys(("save", "load", "cache", "convert"), "extract"),
    **dict.fromkeys(("elbow", "search", "tune"), "sweep"),
    **dict.fromkeys(("man", "manual", "docs", "doc"), "guide"),
}
"""What other tools call commands of ours."""

_PAIR = re.compile(r"\d+(?:\.\d+)?[xX]\d+(?:\.\d+)?")


def rewritten(words: Sequence[str]) -> list[str]:
    """The words of a command line, in the form that its parser takes.

    `help` and `version` become the options of that name, and pairs such as 16x30 behind the value
    of `--anchors` that name no file belong to it, as pictures and papers print anchors.

    Examples
    --------
    >>> rewritten(["help", "cluster"]), rewritten(["version"])
    (['cluster', '--help'], ['--version'])
    >>> rewritten(["evaluate", "--anchors", "10x13", "16x30", "data"])
    ['evaluate', '--anchors', '10x13,16x30', 'data']
    """
    if list(words[:1]) == ["help"]:
        return [*words[1:2], "--help"]
    if list(words) == ["version"]:
        return ["--version"]
    joined: list[str] = []
    for word in words:
        if joined[-2:-1] == ["--anchors"] and _is_pairs(joined[-1]) and _is_pairs(word):
            joined[-1] = f"{joined[-1].rstrip(',')},{word.rstrip(',')}"
        else:
            joined.append(word)
    return joined


def _is_pairs(word: str) -> bool:
    """Whether a word is 10x13, or several of them, and no file of that name."""
    pairs = word.removesuffix(",").split(",")
    return all(map(_PAIR.fullmatch, pairs)) and not Path(word).exists()


def meant_option(found: str, words: Sequence[str], known: Sequence[str]) -> str:
    """The option that is meant by one that there is not; empty where that cannot be told.

    Parameters
    ----------
    found
        What the parser stumbled over: of `-voc` it is `-v`.
    words
        The command line.
    known
        The options that there are.

    Examples
    --------
    >>> meant_option("-v", ["cluster", "-voc", "x"], ["--voc", "-k"])
    '--voc'
    >>> meant_option("--letterbox", ["--letterbox"], ["--resize"])
    '--resize letterbox'
    """
    for word in words:
        name = word.partition("=")[0]
        if not name.startswith("--") and name.startswith(found) and f"-{name}" in known:
            return f"-{name}"
        if name in MEANT and name.startswith(found) and MEANT[name].split()[0].rstrip(",") in known:
            return MEANT[name]
    return ""
