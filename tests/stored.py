"""One data set stored in other formats, written plainly from its VOC XML."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

__all__ = [
    "STORES",
    "Image",
    "images_of",
    "store_coco",
    "store_data",
    "store_keras",
    "store_kitti",
    "store_list",
    "store_yaml",
    "store_yolo",
]


class Image(NamedTuple):
    """An image of a VOC folder: `objects` are (class, xmin, ymin, xmax, ymax) in pixels."""

    name: str
    width: int
    height: int
    objects: list[tuple[str, float, float, float, float]]


def images_of(voc: Path) -> list[Image]:
    images = []
    for path in sorted((voc / "Annotations").glob("*.xml")):
        root = ET.parse(path).getroot()
        objects = []
        for item in root.findall("object"):
            sides = [float(item.findtext(f"bndbox/{side}", "")) for side in _SIDES]
            objects.append((item.findtext("name", ""), *sides))
        width, height = (int(root.findtext(f"size/{side}", "")) for side in ("width", "height"))
        images.append(Image(path.stem, width, height, objects))  # type: ignore[arg-type]  # four
    return images


_SIDES = ("xmin", "ymin", "xmax", "ymax")


def class_names(images: list[Image]) -> list[str]:
    # Not sorted: a number must not be taken for a place in the sorted names.
    return sorted({item[0] for image in images for item in image.objects}, reverse=True)


def label_lines(image: Image, names: list[str]) -> str:
    lines = []
    for name, xmin, ymin, xmax, ymax in image.objects:
        x, y = (xmin + xmax) / 2 / image.width, (ymin + ymax) / 2 / image.height
        width, height = (xmax - xmin) / image.width, (ymax - ymin) / image.height
        lines.append(f"{names.index(name)} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n")
    return "".join(lines)


def store_yolo(images: list[Image], folder: Path) -> Path:
    names = class_names(images)
    (folder / "labels" / "train").mkdir(parents=True)
    (folder / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    for image in images:
        path = folder / "labels" / "train" / f"{image.name}.txt"
        path.write_text(label_lines(image, names), encoding="utf-8")
    return folder


def store_data(images: list[Image], folder: Path) -> Path:
    """As darknet wants it: paths from the folder in which darknet runs."""
    names = class_names(images)
    (folder / "data" / "labels").mkdir(parents=True)
    for image in images:
        path = folder / "data" / "labels" / f"{image.name}.txt"
        path.write_text(label_lines(image, names), encoding="utf-8")
    listed = "".join(f"data/JPEGImages/{image.name}.jpg\n" for image in images)
    (folder / "data" / "train.txt").write_text(listed, encoding="utf-8")
    (folder / "data" / "obj.names").write_text("\n".join(names), encoding="utf-8")
    keys = f"classes= {len(names)}\ntrain  = data/train.txt\nnames = data/obj.names\n"
    (folder / "data" / "obj.data").write_text(f"{keys}backup = backup/\n", encoding="utf-8")
    return folder / "data" / "obj.data"


def store_coco(images: list[Image], folder: Path) -> Path:
    names = class_names(images)
    annotations: list[dict[str, object]] = []
    for place, image in enumerate(images):
        for name, xmin, ymin, xmax, ymax in image.objects:
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": 1000 + place,
                    "category_id": 7 + names.index(name),
                    "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
                    "iscrowd": 0,
                    "segmentation": [[xmin, ymin, xmax, ymin, xmax, ymax]],
                }
            )
    document = {
        "info": {"year": 2026},
        "annotations": annotations[::-1],
        "images": [
            {"id": 1000 + place, "file_name": f"{image.name}.jpg", "width": image.width,
             "height": image.height}
            for place, image in enumerate(images)
        ],
        "categories": [{"id": 7 + row, "name": name} for row, name in enumerate(names)],
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instances.json").write_text(json.dumps(document), encoding="utf-8")
    return folder / "instances.json"


def store_yaml(images: list[Image], folder: Path) -> Path:
    """As Roboflow exports it; the images themselves are empty files."""
    store_yolo(images, folder)
    (folder / "images" / "train").mkdir(parents=True)
    for image in images:
        (folder / "images" / "train" / f"{image.name}.jpg").touch()
    text = f"train: ../images/train\nval: ../images/val\nnames: {class_names(images)}\n"
    (folder / "data.yaml").write_text(text, encoding="utf-8")
    return folder / "data.yaml"


def store_list(images: list[Image], folder: Path) -> Path:
    store_yolo(images, folder)
    listed = "".join(f"./images/train/{image.name}.jpg\n" for image in images)
    (folder / "train.txt").write_text(listed, encoding="utf-8")
    return folder / "train.txt"


def store_pictures(images: list[Image], folder: Path) -> None:
    """Black images, for formats that tell no sizes."""
    from PIL import Image as Picture

    folder.mkdir(parents=True)
    for image in images:
        Picture.new("1", (image.width, image.height)).save(folder / f"{image.name}.png")


def store_kitti(images: list[Image], folder: Path) -> Path:
    store_pictures(images, folder / "image_2")
    (folder / "label_2").mkdir(parents=True)
    for image in images:
        lines = [
            f"{name} 0 0 0 {' '.join(map(str, corners))} 0 0 0 0 0 0 0\n"
            for name, *corners in image.objects
        ]
        (folder / "label_2" / f"{image.name}.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def store_keras(images: list[Image], folder: Path) -> Path:
    names = class_names(images)
    store_pictures(images, folder / "images")
    lines = []
    for image in images:
        boxes = [
            ",".join(map(str, (*corners, names.index(name)))) for name, *corners in image.objects
        ]
        lines.append(f"images/{image.name}.png {' '.join(boxes)}\n")
    (folder / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    (folder / "2007_train.txt").write_text("".join(lines), encoding="utf-8")
    return folder / "2007_train.txt"


STORES: dict[str, tuple[str, Callable[[list[Image], Path], Path]]] = {
    "yolo": ("yolo", store_yolo),
    "obj.data": ("data", store_data),
    "data.yaml": ("data", store_yaml),
    "train.txt": ("data", store_list),
    "coco": ("coco", store_coco),
    "kitti": ("kitti", store_kitti),
    "keras": ("keras", store_keras),
}
"""For each way to store a data set its loader, and what stores it so."""
