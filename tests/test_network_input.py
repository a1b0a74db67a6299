from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

import anchorkit
from anchorkit.errors import UsageError
from anchorkit.network_input import DEFAULT_INPUT, UNSAID, NetworkInput, PartialInput


def test_it_is_one_of_the_public_names() -> None:
    assert anchorkit.NetworkInput is NetworkInput


def test_what_nobody_says_is_416_and_stretch() -> None:
    assert UNSAID.filled() == DEFAULT_INPUT == NetworkInput(416, 416, "stretch")


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        ((0, 416), "width: wanted a whole number from 1, found 0"),
        ((416, -1), "height: wanted a whole number from 1, found -1"),
        ((416.5, 416), "width: wanted a whole number from 1, found 416.5"),
        ((True, 416), "width: wanted a whole number from 1, found True"),
        ((416, 416, "crop"), "resize: wanted stretch or letterbox, found 'crop'"),
    ],
)
def test_what_no_network_has_is_refused(sides: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        NetworkInput(*sides)
    assert str(raised.value) == message


def test_sides_of_numpy_become_plain_numbers() -> None:
    network = NetworkInput(*np.asarray([608, 416]))
    assert [type(side) for side in network.size] == [int, int]
    assert str(network) == "608x416"


def test_an_input_cannot_be_changed_under_those_who_hold_it() -> None:
    with pytest.raises(FrozenInstanceError):
        NetworkInput(416, 416).width = 608  # type: ignore[misc]  # that is what is tried


def test_what_is_said_counts_and_the_rest_comes_from_the_other() -> None:
    size, resize = PartialInput((608, 320)), PartialInput(resize="letterbox")
    assert size.over(resize) == resize.over(size) == PartialInput((608, 320), "letterbox")
    assert size.over(PartialInput((1, 1), "stretch")) == PartialInput((608, 320), "stretch")
    assert resize.filled(NetworkInput(9, 5)) == NetworkInput(9, 5, "letterbox")
    assert resize.filled() == NetworkInput(416, 416, "letterbox")
