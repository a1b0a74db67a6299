import pytest
from fuzz import fates_of


@pytest.mark.usefixtures("searched_once")
@pytest.mark.parametrize(
    ("kind", "count", "some"),
    [
        ("voc", 600, {"plain", "boxes", "not well-formed XML"}),
        ("yolo", 400, {"boxes", "nothing but faults", "not a YOLO label"}),
        ("coco", 200, {"boxes", "an error: JSON"}),
        ("boxes", 200, {"boxes", "an error"}),
        ("cfg", 12, {"fine"}),
    ],
)
def test_damaged_inputs_are_read_or_named(kind: str, count: int, some: set[str]) -> None:
    assert some <= set(fates_of(kind, range(count)))
