"""VOC annotations as text, for tests that need some."""

from collections.abc import Iterable
from pathlib import Path

__all__ = ["annotation", "annotation_object", "voc_folder"]


def annotation_object(
    corners: Iterable[object] = (0, 0, 4, 2), name: str = "cat", more: str = ""
) -> str:
    sides = zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)
    box = "".join(f"<{side}>{value}</{side}>" for side, value in sides)
    return f"<object><name>{name}</name>{more}<bndbox>{box}</bndbox></object>"


def annotation(*objects: str, size: tuple[object, object] | None = (8, 8)) -> str:
    """An annotation of an image of the given size; None: without a size."""
    sides = "" if size is None else f"<width>{size[0]}</width><height>{size[1]}</height>"
    whole = "" if size is None else f"<size>{sides}<depth>3</depth></size>"
    return f"<annotation><filename>a.jpg</filename>{whole}{''.join(objects)}</annotation>"


def voc_folder(root: Path, files: dict[str, str | bytes]) -> Path:
    """A VOC root whose Annotations hold the given files."""
    for name, content in files.items():
        path = root / "Annotations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
    return root
