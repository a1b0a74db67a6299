import tarfile
from pathlib import Path

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from benchmarks import __main__ as program
from benchmarks.clustering import clustering_table
from benchmarks.data import data_sets, drawn_like, photographs
from benchmarks.growth import growth_table
from benchmarks.rivals import plain_run, row_by_row

SAMPLE = Path(__file__).parent.parent / "sample_voc"


def test_plain_run_and_script_find_the_same_anchors() -> None:
    sizes = photographs(200)
    for seed in range(3):
        assert np.array_equal(plain_run(sizes, 4, seed), row_by_row(sizes, 4, seed))


def test_references_end_where_each_anchor_is_the_median_of_its_boxes() -> None:
    sizes = np.asarray([(10, 10), (11, 10), (12, 10), (100, 50), (110, 50)], dtype=np.float64)
    anchors = plain_run(sizes, 2, 0)
    assert sorted(anchors.tolist()) == [[11, 10], [105, 50]]


def test_clustering_table_has_a_row_for_each_search() -> None:
    heading, *rows = clustering_table(photographs(150), 3, seeds=[0, 1]).splitlines()
    assert heading.split() == [
        "search",
        "seconds",
        "processor",
        "s",
        "ratio",
        "mean",
        "IoU",
        "lowest",
        "spread",
        "runs",
    ]
    names = [row.split("  ")[0] for row in rows]
    assert names[:2] == ["row-by-row script, one run", "plain k-medians, one run"]
    assert names[-3:] == [
        "anchorkit --update mean",
        "anchorkit (--update median)",
        "anchorkit --update iou",
    ]
    assert rows[0].split()[-1] == "1"
    assert rows[1].split()[-5:][0] == "1.00"


def test_growth_table_measures_each_count() -> None:
    heading, *rows = growth_table(photographs(2000), 3, counts=(1000, 4000)).splitlines()
    assert "exact passes" in heading
    assert [row.split()[0] for row in rows] == ["1,000", "4,000"]


def test_drawn_boxes_are_like_their_source_and_hardly_ever_equal() -> None:
    sizes = photographs(500)
    drawn = drawn_like(sizes, 250_000)
    assert len(np.unique(drawn, axis=0)) > 249_000
    assert np.median(drawn, axis=0) == pytest.approx(np.median(sizes, axis=0), rel=0.1)
    assert np.array_equal(drawn, drawn_like(sizes, 250_000))


def test_without_data_there_are_sample_voc_and_synthetic_boxes() -> None:
    assert {name: len(sizes) for name, sizes in data_sets(None).items()} == {
        "sample_voc": 292,
        "synthetic": 160_000,
    }


def test_a_root_is_measured_however_small_but_small_ones_of_many_are_not() -> None:
    assert list(data_sets(SAMPLE)) == ["sample_voc"]
    assert "sample_voc" not in data_sets(SAMPLE.parent)


def test_an_archive_is_unpacked_beside_nothing(tmp_path: Path) -> None:
    boxes = [annotation_object((0, 0, 4, 2))] * 1000
    root = voc_folder(tmp_path / "many", {"a.xml": annotation(*boxes)})
    folder = tmp_path / "packed"
    folder.mkdir()
    with tarfile.open(folder / "many.tar.xz", "w:xz") as packed:
        packed.add(root, "many")
    assert {name: len(sizes) for name, sizes in data_sets(folder).items()} == {"many": 1000}
    assert [path.name for path in folder.iterdir()] == ["many.tar.xz"]


def test_program_prints_its_command_machine_and_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "data_sets", lambda _: {"few": photographs(60)})
    program.main(["--only", "clustering", "--quick", "-k", "2", "--seeds", "1"])
    command, machine, *_ = out = capsys.readouterr().out.splitlines()
    assert command == "$ python -m tests.benchmarks --only clustering --quick -k 2 --seeds 1"
    assert "processors" in machine
    assert "numpy" in machine
    assert "few: 60 boxes, k=2, seeds 0 to 0" in out
