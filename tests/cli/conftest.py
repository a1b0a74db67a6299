"""What commands do with anchors is tested here, not the search for them."""

import pytest


@pytest.fixture(autouse=True)
def _searched_once(searched_once: None) -> None: ...
