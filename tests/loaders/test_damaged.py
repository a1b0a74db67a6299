"""Files of each format that were damaged at random are all accounted for."""

from pathlib import Path

import pytest
from fuzz_formats import CHECKS


@pytest.mark.parametrize("name", CHECKS)
def test_damaged_files_are_accounted_for(name: str, tmp_path: Path) -> None:
    if name == "yaml":
        pytest.importorskip("yaml")
    fates = {CHECKS[name](seed, tmp_path) for seed in range(300)}
    assert len(fates) > 1
