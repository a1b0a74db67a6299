"""What a darknet binary itself makes of our cfgs, where DARKNET names one.

AlexeyAB's and pjreddie's are told apart by whether `ops` divides groups out. A network is left to
the other where a note on the cfg says that this one builds it otherwise, or not at all.
"""

import os
import re
import struct
import subprocess
from pathlib import Path

import pytest
from cfgs import SHAPES

from anchorkit.darknet.cost import Cost, network_cost
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.listed import anchors_of
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.replacing import edited, replace_anchors
from anchorkit.darknet.sections import read_cfg

pytestmark = pytest.mark.skipif(
    "DARKNET" not in os.environ, reason="DARKNET names no darknet binary"
)

HEADER = struct.pack("<iiiQ", 0, 2, 0, 0)
NET = "[net]\nbatch=1\nwidth=32\nheight=24\nchannels=4\n"
CONV = "[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\nstride=2\npad=1\nactivation=leaky\n"
KINDS = {
    "groups": CONV + "[conv]\nfilters=6\nsize=5\npadding=1\ngroups=2\nactivation=linear\n",
    "pooled": CONV
    + "[max]\nsize=2\nstride=1\n[maxpool]\nstride=3\n[dropout]\n[avgpool]\n[softmax]\n",
    "joined": CONV * 2 + "[upsample]\nstride=2\n[route]\nlayers=-1,0\n[conv]\n[shortcut]\nfrom=0\n",
    "reordered": CONV
    + "[reorg]\nstride=2\n[conv]\nfilters=3\n[crop]\ncrop_width=7\ncrop_height=5\n",
    "flat": CONV + "[connected]\noutput=7\nbatch_normalize=1\n[connected]\noutput=3\n[cost]\n",
    "local": CONV + "[local]\nfilters=3\nsize=3\nstride=2\npad=1\n[local]\nfilters=2\nsize=2\n",
    "too large": CONV + "[avgpool]\n[conv]\nfilters=5\nsize=2\nstride=2\n[connected]\n",
    "normal": CONV + "[lrn]\n[activation]\nactivation=relu\n[conv]\nfilters=2\nactivation=linear\n",
    "rnn": CONV + "[rnn]\noutput=6\nhidden=6\nbatch_normalize=1\n[lstm]\noutput=5\n[softmax]\n",
    "bare rnn": CONV + "[rnn]\noutput=6\n[connected]\noutput=3\n",
    "narrow rnn": CONV + "[rnn]\noutput=6\nhidden=4\n[connected]\noutput=3\n",
    "gru": CONV + "[gru]\noutput=5\nbatch_normalize=1\n",
    "crnn": "[crnn]\noutput=6\nhidden=5\nsize=3\npad=1\nbatch_normalize=1\n[conv]\nfilters=2\n",
    "plain crnn": "[crnn]\noutput_filters=6\nhidden_filters=5\nbatch_normalize=1\n[conv]\n",
    "deconvolutional": CONV
    + "[deconv]\nfilters=3\nsize=4\nstride=2\npadding=1\n[conv]\nfilters=2\n",
    "appended": CONV + "[conv]\n[reorg]\nstride=1\nextra=1\n[softmax]\n",
}
shipped = sorted((Path(os.environ.get("ANCHORKIT_DATA", "/nonexistent")) / "cfg").glob("*.cfg"))
HEADED = {**SHAPES, **{path.stem: path.read_bytes().decode() for path in shipped}}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [os.environ["DARKNET"], *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    assert "not recognized" not in done.stderr
    return done


def operations(text: str, folder: Path) -> int:
    """What `ops` prints for a cfg, which it must load for that."""
    path = folder / "some.cfg"
    path.write_bytes(text.encode())
    found = re.search(r"Operations: (\d+)\n", run("ops", path).stdout)
    assert found
    return int(found[1])


def stored(fork: str, text: str, folder: Path) -> int:
    """How many numbers darknet writes into the weights file of a cfg."""
    path, given, written = folder / "some.cfg", folder / "given.weights", folder / "own.weights"
    path.write_bytes(text.encode())
    given.write_bytes(HEADER + bytes(4 * counted(text).parameters))
    # AlexeyAB's must read a file first, over which pjreddie's may fall
    run("partial", path, given if fork == "AlexeyAB" else "", written, "9999")
    return (written.stat().st_size - len(HEADER)) // 4


def counted(text: str) -> Cost:
    return network_cost(read_cfg(text), convention="darknet")


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> str:
    grouped = operations(f"{NET}[conv]\nfilters=8\ngroups=2\n", tmp_path_factory.mktemp("probe"))
    assert grouped in (2 * 8 * 4 * 32 * 24, 8 * 4 * 32 * 24)
    return "pjreddie" if grouped == 8 * 4 * 32 * 24 else "AlexeyAB"


def counted_by(fork: str, text: str) -> int:
    """Operations in the convention `darknet`, groups divided out where that darknet does."""
    layers = counted(text).layers
    divided = [one.layer.window.groups if one.layer.window else 1 for one in layers]
    return sum(
        one.flops // (groups if fork == "pjreddie" else 1)
        for one, groups in zip(layers, divided, strict=True)
    )


def leave_to_another(fork: str, text: str) -> None:
    if fork == "AlexeyAB" and "[gru]" in text:
        pytest.skip("AlexeyAB's `ops` falls over a [gru]")
    for note in notes_of(read_cfg(text)):
        # Another activation makes neither another size nor another count
        if f"{fork}'s darknet" in note.text and not note.text.startswith("activation="):
            pytest.skip(str(note))


def small(text: str) -> str:
    """With a batch of one: darknet takes the memory for training when it loads."""
    return re.sub("^(batch|subdivisions)=.*", r"\1=1", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", HEADED)
def test_darknet_loads_what_was_written_and_counts_as_we_do(
    name: str, fork: str, tmp_path: Path
) -> None:
    text = small(HEADED[name])
    leave_to_another(fork, text)
    heads = heads_of(read_cfg(text))
    own = edited(read_cfg(text), anchors_of(heads)).text
    assert operations(own, tmp_path) == counted_by(fork, own)
    for count in sorted({len(heads), 7, 15}):
        anchors = [(10.0 * side, 8.0 * side) for side in range(1, count + 1)]
        new = replace_anchors(text, anchors)
        assert operations(new, tmp_path) == counted_by(fork, new)


@pytest.mark.parametrize("name", HEADED)
def test_darknet_stores_as_many_weights_as_we_count_for_another_k(
    name: str, fork: str, tmp_path: Path
) -> None:
    text = small(HEADED[name])
    leave_to_another(fork, text)
    new = replace_anchors(text, [(10.0 * side, 8.0 * side) for side in range(1, 11)])
    assert stored(fork, new, tmp_path) == counted(new).parameters


@pytest.mark.parametrize("name", KINDS)
def test_darknet_builds_each_kind_of_layer_as_we_count_it(
    name: str, fork: str, tmp_path: Path
) -> None:
    text = NET + KINDS[name]
    leave_to_another(fork, text)
    assert operations(text, tmp_path) == counted_by(fork, text)
    assert stored(fork, text, tmp_path) == counted(text).parameters
