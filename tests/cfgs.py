"""Small networks of our own, in the shapes that shipped cfgs have."""

from collections.abc import Sequence

NET = ["[net]", "width=416", "height=416", "channels=3"]
PAIRS = ["10,13", "16,30", "33,23", "30,61", "62,45", "59,119", "116,90", "156,198", "373,326"]


def anchors_line(count: int = 9) -> str:
    return "anchors = " + ",  ".join(PAIRS[:count])


def yolo(
    *,
    masks: Sequence[str],
    strides: Sequence[int],
    count: int = 9,
    classes: int = 2,
    kind: str = "yolo",
    net: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> str:
    """A network with one head per stride, in the order given."""
    lines = [*NET, *net, ""]
    for stride in sorted({*strides}):
        lines += ["[convolutional]", "filters=8", "size=1", f"stride={stride}", ""]
        lines += ["[upsample]", f"stride={stride}", ""]
    values = classes + (9 if kind == "Gaussian_yolo" else 5)
    for mask, stride in zip(masks, strides, strict=True):
        used = len(mask.split(",")) if mask else count
        lines += ["[route]", f"layers = {2 * sorted({*strides}).index(stride)}", ""]
        lines += ["[convolutional]", "size=1", f"filters={used * values}", "activation=linear", ""]
        lines += [f"[{kind}]"]
        lines += [f"mask = {mask}"] if mask else []
        lines += [anchors_line(count), f"classes={classes}", f"num={count}", *extra, ""]
    return "\n".join(lines)


V3 = yolo(masks=["6,7,8", "3,4,5", "0,1,2"], strides=[32, 16, 8])
V4 = yolo(masks=["0,1,2", "3,4,5", "6,7,8"], strides=[8, 16, 32])
TINY = yolo(masks=["3,4,5", "1,2,3"], strides=[32, 16], count=6)
GAUSSIAN = yolo(masks=["6,7,8", "3,4,5", "0,1,2"], strides=[32, 16, 8], kind="Gaussian_yolo")
ONE_MASK = yolo(masks=["0,1,2,3,4,5,6,7,8"], strides=[8])
NO_MASK = yolo(masks=[""], strides=[16], count=4)
REGION = """\
[net]
width=416
height=416
channels=3

[conv]
filters=8
stride=32

[convolutional]
size=1
filters=50
activation=linear

[region]
anchors =  1.3221, 1.73145, 3.19275, 4.00944, 5.05587, 8.09892, 9.47112, 4.84053, 11.2364, 10.0071
bias_match=1
classes=5
coords=4
num=5
softmax=1
"""
SHAPES = {
    "v3": V3,
    "v4": V4,
    "tiny": TINY,
    "gaussian": GAUSSIAN,
    "one mask": ONE_MASK,
    "no mask": NO_MASK,
    "region": REGION,
}
