import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import run
from matplotlib.image import imread
from tensorboardX.proto.event_pb2 import Event

from anchorkit.cli.options.plots import PICTURES
from anchorkit.errors import UsageError, WriteError
from anchorkit.plots import tensorboard
from anchorkit.plots.coverage import Coverage
from anchorkit.plots.figures import coverage_figure
from anchorkit.plots.files import pixels

pytestmark = pytest.mark.usefixtures("searched_once")

SAMPLE = Path(__file__).parents[2] / "sample_voc"


def events(folder: Path) -> dict[str, list[tuple[int, Any]]]:
    """Tag by tag the (step, value) of all scalars and images in a log directory.

    A record is its length (8 bytes), a checksum (4), the event and its checksum (4).
    """
    found: dict[str, list[tuple[int, Any]]] = {}
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        place = 0
        while place < len(data):
            (length,) = struct.unpack_from("<Q", data, place)
            event = Event.FromString(data[place + 12 : place + 12 + length])
            place += length + 16
            for value in event.summary.value:
                image = value.image.encoded_image_string
                shown = imread(BytesIO(image)) if image else value.simple_value
                found.setdefault(value.tag, []).append((event.step, shown))
    return found


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    def figure() -> Any:
        return coverage_figure([Coverage("a", np.asarray([0.2, 0.9]), np.ones(2))])

    tensorboard.write_board(tmp_path / "new" / "run", {"a": [(1, 0.5), (7, 0.75)]}, {"b": figure})
    read = events(tmp_path / "new" / "run")
    assert read["a"] == [(1, 0.5), (7, 0.75)]
    ((_, image),) = read["b"]
    assert np.array_equal(np.round(image[..., :3] * 255), pixels(figure()))


def test_cluster_writes_mean_iou_by_iteration_and_its_pictures(tmp_path: Path) -> None:
    options = ("cluster", "--voc", SAMPLE, "-k", "3", "--format", "json")
    plain, done = run(*options), run(*options, "--tensorboard", tmp_path)
    assert done.out == plain.out
    assert done.err == f"anchorkit: note: {tmp_path}: an event file written\n"
    result, read = json.loads(done.out), events(tmp_path)
    steps = read["anchors/mean_iou_by_iteration"]
    assert [step for step, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][1] == pytest.approx(result["mean_iou_exact"], abs=1e-6)
    assert read["anchors/mean_iou"] == [(3, pytest.approx(result["mean_iou"], abs=1e-6))]
    assert [tag for tag, values in read.items() if hasattr(values[0][1], "shape")] == [
        f"anchors/{name}" for name in PICTURES
    ]


def test_sweep_writes_a_scalar_for_each_k_and_the_curve(tmp_path: Path) -> None:
    options = ("--holdout", "0.2", "--distance", "euclidean", "--format", "json")
    done = run("sweep", "--voc", SAMPLE, "-k", "1,3", *options, "--tensorboard", tmp_path)
    read = events(tmp_path)
    rows = json.loads(done.out)["rows"]

    def by_k(*keys: str) -> list[tuple[int, Any]]:
        values = []
        for row in rows:
            value = row
            for key in keys:
                value = value[key]
            values.append((row["k"], pytest.approx(value, abs=1e-6)))
        return values

    assert read["sweep/mean_iou"] == by_k("mean_iou_exact")
    assert read["sweep/mean_iou_held_out"] == by_k("held_out_mean_iou")
    assert read["sweep/best_possible_recall"] == by_k("best_possible_recall")
    assert read["sweep/mean_iou_euclidean"] == by_k("distances", "euclidean")
    assert read["sweep/curve"][0][1].ndim == 3


@pytest.mark.parametrize("command", ["cluster", "sweep"])
def test_without_the_package_the_option_says_what_to_install(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    done = run(command, "--voc", tmp_path / "never-looked-at", "--tensorboard", tmp_path / "log")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'anchorkit[tensorboard]'" in done.err
    assert done.err.count("\n") == 1
    with pytest.raises(UsageError):
        tensorboard.write_board(tmp_path, {}, {})


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot be written"):
        tensorboard.write_board(tmp_path / "file" / "run", {"a": [(1, 1.0)]}, {})
