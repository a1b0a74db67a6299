"""Every string that a user can supply, through every command, in a pseudo-terminal."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import V3
from command import run
from terminals import HOSTILE, on_terminal, strange, unmeant, without_own

from anchorkit.cli import COMMANDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")

FILE = f"{HOSTILE}\udcff"
XML = HOSTILE.translate({ord(sign): None for sign in "\x1b\x07\v\f\x1c<>"})
"""What XML lets pass: C1 controls, and all that hides or turns text."""
PREDICTED = [[20.0, 30.0], [40.0, 20.0], [60.0, 60.0], [90.0, 30.0]]


@pytest.fixture(autouse=True)
def hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of data sets and cfgs in which every name is hostile."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    faulty = [
        annotation_object((0, 0, 30 + 9 * n, 20 + 5 * n), name=XML.replace("y", f"{n % 3}"))
        for n in range(6)
    ]
    flat = annotation_object((3, 3, 3, XML), name="flat")
    files: dict[str, str | bytes] = {
        f"{FILE}.xml": annotation(*faulty, flat, size=(200, 100)),
        f"._{FILE}.xml": "",
    }
    files[f"bad{FILE}.xml"] = f"<annotation><{FILE}>".encode("utf-8", "surrogateescape")
    files["plain.xml"] = annotation(*faulty, size=(200, 100))
    files["root.xml"] = f"<wrong{XML.split(']')[0]}/>"
    voc_folder(Path(f"voc{FILE}"), dict(files))
    sets = Path(f"voc{FILE}", "ImageSets", "Main")
    sets.mkdir(parents=True)
    for name in (FILE, "val"):
        Path(sets, f"{name}.txt").write_bytes(
            f"plain\nnone\u2028{FILE}\n".encode("utf-8", "surrogateescape")
        )
    Path("yolo").mkdir()
    Path("yolo", f"{FILE}.txt").write_text("0 .5 .5 .2 .3\n1 .5 .5 .4 .2\n2 .5 .5 .1 .1\n")
    Path("yolo", f"bad{FILE}.txt").write_text(f"0 .5 .5 .2 {HOSTILE}\n{HOSTILE} 1 2 3 4 5\n")
    Path("yolo", "classes.txt").write_text(f"{HOSTILE}\ncat", newline="")
    Path(f"coco{FILE}.json").write_text(json.dumps(coco()))
    Path("wrong.json").write_text(json.dumps({HOSTILE: 1, "images": {HOSTILE: 2}}))
    Path("anchors.json").write_text(json.dumps({HOSTILE: 1}))
    Path("obj.data").write_text(f"{HOSTILE} = 1\ntrain = {HOSTILE}\nclasses = {HOSTILE}\n")
    Path(f"net{FILE}.cfg").write_text(V3)
    Path("section.cfg").write_text(V3.replace("[route]", f"[{HOSTILE}]", 1))
    Path("value.cfg").write_text(V3.replace("mask = 6,7,8", f"mask = {HOSTILE}"))
    Path("key.cfg").write_text(V3.replace("classes=2", f"classes=2\n{HOSTILE}=1\n"))
    Path("comment.cfg").write_text(V3.replace("mask = 6,7,8", f"# {XML}\r\nmask = 6,7,8"))
    Path("names").write_text(f"{HOSTILE}\ncat\n", newline="")


def coco() -> dict[str, object]:
    boxes = [(n, [0, 0, 20 + 15 * n, 60 - 5 * n]) for n in range(6)]
    return {
        "images": [{"id": HOSTILE, "file_name": HOSTILE, "width": 200, "height": 100}],
        "annotations": [
            *({"image_id": HOSTILE, "category_id": n % 2, "bbox": box} for n, box in boxes),
            {"image_id": HOSTILE, "category_id": HOSTILE, "bbox": [HOSTILE, 0, 0, 0]},
            {"image_id": "none" + HOSTILE, "category_id": HOSTILE, "bbox": [0, 0, 9, 9]},
            {"image_id": HOSTILE, "category_id": HOSTILE, "bbox": [0, 0, 9, 9]},
        ],
        "categories": [{"id": 0, "name": HOSTILE}, {"id": 1, "name": f"a{HOSTILE}"}],
    }


DATA = (
    ["--voc", f"voc{FILE}"],
    ["--voc", f"voc{FILE}", "--image-set", FILE],
    [f"coco{FILE}.json"],
    ["--yolo", "yolo"],
    ["--boxes", f"b{FILE}.npz"],
)
ANCHORS = "--anchors", "20,30, 40,20, 60,60, 90,30"
GOOD = [
    *(["inspect", *data, "--format", form] for data in DATA for form in ("text", "markdown")),
    *(["cluster", *data, "-k", "2"] for data in DATA),
    *(
        ["evaluate", *data, *ANCHORS, "--cfg", f"net{FILE}.cfg", "--format", form]
        for data in (DATA[0], DATA[2])
        for form in ("text", "markdown")
    ),
    ["evaluate", *DATA[2], "--cfg", f"net{FILE}.cfg"],
    ["evaluate", *DATA[2], "--cfg", f"net{FILE}.cfg", "--format", "markdown"],
    ["plot", *DATA[2], "-o", f"p{FILE}.svg"],
    ["report", *DATA[2], "-k", "3", "--compare", f"net{FILE}.cfg", "-o", f"r{FILE}.html"],
    ["sweep", *DATA[2], "-k", "1-3", "--cfg", f"net{FILE}.cfg"],
    ["sweep", *DATA[0], "-k", "1-3", "--holdout", "0.5"],
    ["extract", *DATA[2], "-o", f"again{FILE}.npz"],
    *(
        ["cluster", *DATA[2], "-k", "3", "--cfg", f"{cfg}.cfg", *more]
        for cfg in (f"net{FILE}", "comment", "key")
        for more in (["--dry-run"], ["--dry-run", "--format", "markdown"], ["--names", "names"])
    ),
    ["apply", *ANCHORS, "--cfg", f"net{FILE}.cfg", "--cfg-output", f"o{FILE}.cfg"],
    ["apply", *ANCHORS, "--cfg", "comment.cfg", "--dry-run", "--export", f"csv:c{FILE}.csv"],
    ["check", "--cfg", f"net{FILE}.cfg", *DATA[2]],
    ["check", "--cfg", f"net{FILE}.cfg", "--format", "markdown"],
    ["cost", "--cfg", f"net{FILE}.cfg"],
]
BAD = [
    *([name, f"--{HOSTILE}"] for name in COMMANDS),
    *([name, f"--quiet={HOSTILE}"] for name in COMMANDS),
    [HOSTILE],
    ["guide", HOSTILE],
    ["cost", HOSTILE],
    *(["inspect", f"--{kind}", HOSTILE] for kind in ("voc", "yolo", "coco", "boxes", "data")),
    ["inspect", HOSTILE],
    ["inspect", "--data", "obj.data"],
    ["inspect", "--coco", "wrong.json"],
    ["inspect", f"yolo/{FILE}.txt"],
    ["inspect", *DATA[0], "--class", HOSTILE],
    ["inspect", *DATA[0], "--image-set", HOSTILE],
    ["inspect", *DATA[0], *DATA[0]],
    ["inspect", *DATA[0], "--images", HOSTILE],
    ["sweep", *DATA[0], "--val", HOSTILE],
    *(
        ["cluster", *DATA[0], option, HOSTILE]
        for option in ("-k", "--input", "--resize", "--update", "--seed", "--min-size", "--jobs")
    ),
    ["cluster", *DATA[0], "--export", HOSTILE],
    ["cluster", *DATA[0], "--export", f"yolov5:{HOSTILE}/x"],
    ["cluster", *DATA[0], "--plot", f"{HOSTILE}/x.png"],
    ["cluster", *DATA[0], "--plot", f"{HOSTILE}.jpg"],
    ["cluster", *DATA[0], "--strides", HOSTILE, "--export", "yolov5"],
    ["cluster", *DATA[0], "--cfg", HOSTILE],
    ["extract", *DATA[0], "-o", f"{HOSTILE}/x.npz"],
    ["extract", *DATA[0], "-o", f"net{FILE}.cfg"],
    *(["evaluate", *DATA[0], option, HOSTILE] for option in ("--anchors", "--cfg", "--preset")),
    ["evaluate", *DATA[0], "--anchors", f"1,2,{HOSTILE}"],
    ["evaluate", *DATA[0], "--anchors", "anchors.json"],
    ["sweep", *DATA[0], "--distance", HOSTILE],
    ["report", *DATA[0], "--compare", HOSTILE, "-o", "r.html"],
    ["report", *DATA[0], "-o", f"{HOSTILE}.html/x"],
    ["plot", *DATA[0], "--picture", HOSTILE, "-o", "x.png"],
]
ODD = [
    [*command, "--cfg", f"{cfg}.cfg"]
    for command in (["check"], ["cost"], ["apply", *ANCHORS])
    for cfg in ("section", "value", "key")
]


def lines_of_ours(err: str) -> Iterator[str]:
    """Lines that stand for nothing of ours: a name that broke a message in two."""
    for line in without_own(err).splitlines():
        plain = line.rpartition("\r")[2].strip()
        if plain and not plain.startswith("anchorkit: ") and not line.startswith((" ", "\r")):
            yield line


@pytest.mark.parametrize("words", GOOD, ids=lambda words: " ".join(words[:1]))
def test_nothing_of_a_name_reaches_the_terminal_with_a_result(words: list[str]) -> None:
    assert run("extract", *DATA[2], "-o", f"b{FILE}.npz").code == 0
    seen = on_terminal(*words)
    assert seen.code in (0, 1), seen.err
    assert seen.out or words[0] in ("plot", "report")
    assert unmeant(seen.out) == unmeant(seen.err) == set()
    assert list(lines_of_ours(seen.err)) == []


@pytest.mark.parametrize("words", BAD, ids=lambda words: " ".join(words[:1]))
def test_nothing_of_a_name_reaches_the_terminal_with_an_error(words: list[str]) -> None:
    seen = on_terminal(*words)
    assert seen.code in (1, 2), seen.err
    assert unmeant(seen.out) == unmeant(seen.err) == set()
    assert list(lines_of_ours(seen.err)) == []
    assert "error" in seen.err.splitlines()[-1]


@pytest.mark.parametrize("words", ODD, ids=lambda words: " ".join(words[:1]))
def test_nothing_of_a_cfg_reaches_the_terminal(words: list[str]) -> None:
    seen = on_terminal(*words)
    assert unmeant(seen.out) == unmeant(seen.err) == set()
    assert list(lines_of_ours(seen.err)) == []


@pytest.mark.parametrize("words", [*GOOD, *BAD, *ODD], ids=lambda words: " ".join(words[:1]))
def test_nor_does_it_reach_a_pipe(words: list[str]) -> None:
    ran = run(*words)
    if "--dry-run" in words:  # a diff keeps the line ends of its cfg for `patch`
        ran = ran._replace(out=ran.out.replace("\r\n", "\n"))
    assert strange(ran.out) | strange(ran.err) <= {"\n", "\t"}


def test_json_has_every_name_as_it_is() -> None:
    out = run("inspect", *DATA[2], "--format", "json").out
    assert out.isascii()
    assert strange(out) == {"\n"}
    names = {row["name"] for row in json.loads(out)["classes"]}
    assert {HOSTILE, f"a{HOSTILE}"} <= names
