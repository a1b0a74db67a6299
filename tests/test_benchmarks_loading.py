from pathlib import Path

import numpy as np
import pytest
from benchmarks.loading import loading_table, usual_script, with_xmltodict

from anchorkit import load_voc

SAMPLE = Path(__file__).parent.parent / "sample_voc"


def test_all_ways_to_load_that_are_compared_find_the_same_boxes() -> None:
    files = sorted(str(path) for path in (SAMPLE / "Annotations").glob("*.xml"))
    ours = load_voc(SAMPLE).sizes
    np.testing.assert_allclose(usual_script(files), ours)
    np.testing.assert_allclose(with_xmltodict(files), ours)


def test_loading_table_has_the_floor_the_scripts_and_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.loading.processors", lambda: 2)
    heading, *rows = loading_table(SAMPLE, runs=1).splitlines()
    assert heading.split("  ")[0] == "loading"
    assert [row.split("  ")[0] for row in rows] == [
        "floor: reading the bytes",
        "floor: reading and bare expat",
        "usual script, ElementTree and findtext",
        "script with xmltodict",
        "anchorkit, 1 process",
        "anchorkit, 2 processes",
    ]
    assert rows[2].split()[-3] == "1.00"
