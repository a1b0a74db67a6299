"""What a file is that may be no annotation of a trainer's, told by its first bytes.

What only annotation tools write is named here, with the way out; no trainer could read it either.
"""

import os
import re
from pathlib import Path

from anchorkit.files import open_file
from anchorkit.loaders.plain_text import utf8
from anchorkit.loaders.suffixes import IMAGE_SUFFIXES

__all__ = ["EXPORT", "described", "head_of", "suffix_of", "text_kind"]

LOOKED_AT = 1 << 16
"""Bytes of a file that are looked at."""

EXPORT = "export it as YOLO, VOC or COCO"

_BOXES = re.compile(r"(?:\s+\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?){3},\d+)+\s*$")
_IMAGE = re.compile(rf"\S.*(?:{'|'.join(map(re.escape, IMAGE_SUFFIXES))})\s*[\"']?$", re.IGNORECASE)
_ROW = re.compile(r"-?\d+(?:\.\d+)?(?:,\s*-?\d+(?:\.\d+)?){5,},?")
_PACKED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".rar", ".7z", ".tbz2", ".txz")
_WEIGHTS = (".pt", ".pth", ".weights", ".onnx", ".h5", ".ckpt", ".safetensors", ".engine")
_JSON = (
    (r'"shapes"\s*:', "LabelMe's JSON"),
    (r'"_via_|"region_shape_attributes"|"shape_attributes"', "VIA's JSON"),
    (r'^\s*\[.*"coordinates"\s*:\s*\{', "CreateML's JSON"),
    (r'"coordinates"\s*:\s*\{\s*"(?:x|y|width|height)"', "CreateML's JSON"),
    (r'rectanglelabels|"from_name"|"original_width"|"completions"', "Label Studio's JSON"),
    (r'"visitedFiles"|"assets"\s*:|"asset"\s*:', "VoTT's JSON"),
    (r'"box2d"', "BDD100K's JSON"),
    (r'"imgHeight"', "Cityscapes' JSON"),
    (r'"exterior"\s*:', "Supervisely's JSON"),
    (r'"item"\s*:.*"slots"', "Darwin's JSON"),
    (r'^\s*\[\s*\{.*"score"\s*:', "detections in COCO's form, which are no annotations"),
    (r'"Label"\s*:\s*\{|"Labeled Data"', "Labelbox's JSON"),
)
_XML = (
    (r"<annotations[\s>].*<(?:image|track|meta|version)[\s>]", "CVAT's XML"),
    (r"<annotations[\s>]", "CVAT's XML"),
    (r"<dataset[\s>].*<images[\s>]", "dlib's XML"),
    (r"<!doctype html|<html[\s>]", "a web page, no annotations"),
    (r"<tagset[\s>]|<DataSet[\s>]|<Data[\s>]", "another tool's XML"),
)


def head_of(path: str | os.PathLike[str]) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        with open_file(path) as file:
            return file.read(LOOKED_AT)
    except Exception:  # what is wrong with it, whoever reads it tells better
        return b""


def described(path: str | os.PathLike[str]) -> str:
    """What a file is, and what to do with it, where it is no annotation that is read.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    A phrase for an error, such as `CVAT's XML: export it as YOLO, VOC or COCO`; empty where nothing
    speaks against the file.
    """
    name = os.fspath(path).lower()
    if name.endswith(".json.gz"):
        return ""
    if name.endswith(_PACKED) or head_of(path)[:4] in (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf"):
        return "" if name.endswith(".npz") else "an archive: unpack it and give its folder"
    if name.endswith(IMAGE_SUFFIXES):
        return "an image: give the folder of its annotations"
    if name.endswith(_WEIGHTS):
        return "weights of a network, no annotations"
    if name.endswith((".mp4", ".avi", ".mov", ".mkv")):
        return "a video, no annotations"
    if name.endswith(".tfrecord") or ".tfrecord-" in name:
        return f"TensorFlow's records: {EXPORT}"
    if name.endswith((".parquet", ".mat", ".pkl", ".h5", ".xlsx")):
        return f"a table of another program: {EXPORT}"
    text = utf8(head_of(path)).decode("utf-8", "replace")
    start = text.lstrip()[:1]
    if name.endswith(".csv") or (name.endswith(".txt") and _is_table(text)):
        return f"a table (CSV): no trainer of YOLO reads it: {EXPORT}"
    if start in ("{", "["):
        return _known(text, _JSON)
    if start == "<":
        return _known(text, _XML)
    return _text_described(text) if name.endswith(".txt") else ""


def _known(text: str, kinds: tuple[tuple[str, str], ...]) -> str:
    for pattern, name in kinds:
        if re.search(pattern, text, re.DOTALL | re.IGNORECASE):
            return name if "no annotations" in name else f"{name}: {EXPORT}"
    return ""


def _is_table(text: str) -> bool:
    first = text.lstrip().partition("\n")[0].lower()
    return first.count(",") > 2 and any(word in first for word in ("xmin", "filename", "x_min"))


def _text_described(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()][:20]
    if any(line.lower().startswith(("imagesource:", "gsd:")) for line in lines) or _are_dota(lines):
        return f"DOTA's labels, corners in pixels before the class: {EXPORT}"
    if lines and all(map(_ROW.fullmatch, lines)):
        return f"a table of numbers, as of VisDrone or MOT: {EXPORT}"
    return ""


def _are_dota(lines: list[str]) -> bool:
    rows = [line.split() for line in lines]
    return bool(rows) and all(
        len(row) in (9, 10) and all(map(_is_number, row[:8])) and not _is_number(row[8])
        for row in rows
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def text_kind(path: str | os.PathLike[str]) -> str:
    """What a text file lists: `list of images`, `keras list`, `labels`, `KITTI`; empty: another.

    Parameters
    ----------
    path
        The file.
    """
    text = utf8(head_of(path)).decode("utf-8", "replace")
    if "\0" in text:
        return ""
    lines = [line.strip() for line in text.splitlines()[:50] if line.strip()]
    if not lines:
        return ""
    if any(_BOXES.search(line) for line in lines):
        return "keras list"
    if _IMAGE.match(lines[0]):
        return "list of images"
    fields = lines[0].split()
    if len(fields) in (15, 16) and not _is_number(fields[0]) and all(map(_is_number, fields[1:])):
        return "KITTI"
    if len(fields) >= 5 and all(map(_is_number, fields)):
        return "labels"
    return ""


def suffix_of(path: Path) -> str:
    """How a file's name ends, in lower case, an annotation's compression with it."""
    name = path.name.lower()
    return ".json.gz" if name.endswith(".json.gz") else path.suffix.lower()
