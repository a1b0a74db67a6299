"""`--classes`, `--recipe`, `--shares`, `--strides` and `--rescale`, as their users run them."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfgs import PAIRS, TINY, V3, V4, yolo
from command import Ran, run

from anchorkit.darknet import sections
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.sections import read_cfg

SAMPLE = Path(__file__).parents[3] / "sample_voc"
OWN = ", ".join(PAIRS)
NET = ["policy=steps", "steps=400000,450000", "scales=.1,.1", "max_batches=500200"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "net.cfg") -> Path:
    path = Path(name)
    path.write_bytes(text.encode())
    return path


def read(path: str = "net.cfg") -> str:
    return Path(path).read_bytes().decode()


def yolo_data(classes: list[int], names: list[str] | None = None) -> Path:
    """A folder of YOLO labels, a box for each class, and the list of classes."""
    root = Path("data")
    (root / "labels").mkdir(parents=True)
    for image, number in enumerate(classes):
        side = 0.05 + 0.03 * image
        lines = f"{number} 0.5 0.5 {side} {side + 0.02}\n{number} 0.5 0.5 {side + 0.01} {side}\n"
        (root / "labels" / f"{image}.txt").write_text(lines, encoding="utf-8")
    if names is not None:
        (root / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    return root


def json_of(done: Ran) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_apply_takes_a_number_of_classes_without_anchors() -> None:
    write(V4)
    done = run("apply", "net.cfg", "--classes", 3)
    assert done.code == 0
    assert read() == V4.replace("classes=2", "classes=3").replace("filters=21", "filters=24")
    assert "classes 2 -> 3 (lines 41, 55, 69)" in done.err
    assert run("apply", "net.cfg", "--classes", 3, "--exit-code").code == 0


def test_auto_takes_what_names_list_and_says_so() -> None:
    write(V4)
    Path("obj.names").write_text("a\nb\nc\nd\n", encoding="utf-8")
    done = run("apply", "net.cfg", "--classes", "auto", "--names", "obj.names")
    assert done.code == 0
    assert "note: --classes auto: obj.names lists 4\n" in done.err
    assert "classes=4" in read()
    done = run("apply", "net.cfg", "--classes", "auto")
    assert (done.code, "wanted --names FILE, or data with classes" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("found", "names", "count", "who"),
    [
        ([0, 1, 2], ["a", "b", "c", "d"], 4, "the list that comes with the data has 4"),
        ([0, 2], None, 3, "by their highest number the data have 3"),
    ],
)
def test_auto_takes_the_list_of_the_data_else_what_they_have(
    found: list[int], names: list[str] | None, count: int, who: str
) -> None:
    write(yolo(masks=["0", "1"], strides=[8, 16], count=2))
    data = yolo_data(found, names)
    done = run("cluster", "--yolo", data, "--cfg", "net.cfg", "--classes", "auto", "--min-gain", -1)
    assert done.code == 0
    assert f"note: --classes auto: {who}\n" in done.err
    assert {head.classes for head in heads_of(read_cfg(read()))} == {count}


def test_auto_counts_the_classes_before_any_is_filtered() -> None:
    write(V4)
    done = run(
        *("cluster", SAMPLE, "--class", "person", "--cfg", "net.cfg"),
        *("--classes", "auto", "--min-gain", -1),
    )
    assert "--classes auto: the data have 20" in done.err
    assert "classes=20" in read()


def test_classes_that_the_data_do_not_have_are_warned_of_with_the_option() -> None:
    write(V4)
    done = run("cluster", SAMPLE, "--cfg", "net.cfg", "--dry-run")
    assert "warning: net.cfg has classes=2, but the data have 20: --classes 20 writes that\n" in (
        done.err
    )
    done = run("cluster", SAMPLE, "--cfg", "net.cfg", "--dry-run", "--classes", 20)
    assert "but the data" not in done.err
    done = run("cluster", SAMPLE, "--cfg", "net.cfg", "--dry-run", "--classes", 7)
    assert "warning: --classes 7, but the data have 20\n" in done.err


@pytest.mark.parametrize("typed", ["0", "-1", "x", "1.5", "", "99999999", "Auto"])
def test_classes_that_are_no_number_are_bad_usage(typed: str) -> None:
    write(V4)
    done = run("apply", "net.cfg", "--classes", typed)
    assert (done.code, read()) == (2, V4)
    assert "--classes: wanted" in done.err


def test_recipe_follows_classes_and_images_and_only_when_asked() -> None:
    text = yolo(masks=["0,1,2", "3,4,5", "6,7,8"], strides=[8, 16, 32], net=NET)
    write(text)
    run("cluster", SAMPLE, "--cfg", "net.cfg")
    assert all(line in read() for line in NET)
    run("apply", "net.cfg", "--recipe", "--classes", 4)
    assert "steps=6400,7200\nscales=.1,.1\nmax_batches=8000\n" in read()
    run("apply", "net.cfg", "--recipe")
    assert "max_batches=8000\n" in read()
    run("cluster", SAMPLE, "--cfg", "net.cfg", "--recipe", "--classes", "auto")
    assert "steps=32000,36000\nscales=.1,.1\nmax_batches=40000\n" in read()


def test_missing_classes_are_said_aloud_and_filters_stay() -> None:
    text = V4.replace("classes=2\n", "")
    write(text)
    done = run("apply", "net.cfg", "--anchors", OWN)
    assert (done.code, read()) == (0, text)
    assert "warning: net.cfg: classes: line 38: [yolo] has no classes, darknet takes 20" in done.err
    assert "filters=21 are for 2" in done.err


def test_counters_of_a_wrong_length_are_said_to_be_refused_by_darknet() -> None:
    write(V4.replace("num=9", "num=9\ncounters_per_class=100"))
    done = run("apply", "net.cfg", "--anchors", OWN.replace("10,13", "11,13"))
    assert done.code == 0
    assert "counters_per_class has 1 number for 2 classes: darknet refuses the file" in done.err


def test_equal_anchors_are_written_with_a_warning() -> None:
    write(V4)
    done = run("apply", "net.cfg", "--anchors", OWN.replace("16,30", "10,13"))
    assert done.code == 0
    assert "10,13,  10,13," in read()
    assert "warning: net.cfg: equal: line 40: anchors 0 and 1 are equal (10x13)" in done.err


def test_shares_say_how_many_each_head_gets() -> None:
    write(V3)
    result = json_of(run("apply", "net.cfg", "--shares", "4,3,2", "--format", "json"))
    assert [(head["stride"], len(head["mask"])) for head in result["heads"]] == [
        (32, 2),
        (16, 3),
        (8, 4),
    ]
    done = run("cluster", SAMPLE, "--cfg", "net.cfg", "--shares", "1,2,3", "--min-gain", -1)
    assert done.code == 0
    assert "num=6" in read()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--shares", "4,3"], "shares 4,3: wanted one for each of 3 heads"),
        (["--shares", "4,3,2", "-k", "8"], "wanted 8 anchors together, found 9"),
        (["--shares", "4,3,2", "--assign", "size"], "--shares: wanted without --assign size"),
        (["--shares", "4,0,2"], "--shares: wanted numbers above 0"),
        (["--shares", "4;3;2"], "--shares: wanted numbers such as 4,3,2"),
        (["--strides", "32,16"], "--strides: wanted one stride for each of 3 heads, found 2"),
        (["--strides", "8,16,32"], "has stride 32 by the layers before it, found 8"),
    ],
)
def test_shares_and_strides_that_cannot_be_are_bad_usage(arguments: list[str], said: str) -> None:
    write(V3)
    done = run("cluster", SAMPLE, "--cfg", "net.cfg", *arguments)
    assert (done.code, read()) == (2, V3)
    assert said in done.err


def test_a_network_of_another_trainer_is_written_in_the_order_of_its_masks() -> None:
    text = V3.replace("[upsample]", "[se]\nreduction=16", 1)
    write(text)
    done = run("apply", "net.cfg", "--anchors", OWN.replace("10,13", "9,9"))
    assert done.code == 0
    assert "note: net.cfg: line 11: [se]: a type of layer that darknet does not know" in done.err
    assert "heads keep the order of their masks" in done.err
    assert read() == text.replace("10,13", "9,9")
    written = run(
        *("apply", "net.cfg", "--anchors", "9,9,20,20,40,40,80,80,160,160,300,300"),
        *("--strides", "32,16,8"),
    )
    assert written.code == 0
    assert "heads keep" not in written.err


def test_rescale_needs_no_anchors_and_takes_none() -> None:
    write(V4)
    assert run("apply", "net.cfg", "--rescale", "832x416").code == 0
    assert "width=832\nheight=416" in read()
    assert "anchors = 20,13,  32,30," in read()
    done = run("apply", "net.cfg", "--rescale", 416, "--anchors", OWN)
    assert (done.code, "--rescale: wanted without --anchors" in done.err) == (2, True)
    done = run("apply", "net.cfg", "--rescale", 420)
    assert done.code == 2
    assert "--rescale: net.cfg: wanted multiples of 32, found 420x420" in done.err
    assert run("apply", "net.cfg").code == 2


def test_rescale_and_classes_go_together() -> None:
    write(V4)
    done = run("apply", "net.cfg", "--rescale", 832, "--classes", 5, "--dry-run")
    assert done.code == 0
    for line in ("+width=832", "+classes=5", "+filters=30", "+anchors = 20,26,  32,60,"):
        assert line in done.out
    assert "changed" not in done.err
    run("apply", "net.cfg", "--rescale", 832, "--classes", 5)
    assert {head.filters for head in heads_of(read_cfg(read()))} == {30}


@pytest.mark.parametrize("command", [["apply"], ["cluster", SAMPLE, "--augment", "none"]])
def test_a_recipe_leaves_a_batch_for_testing_and_notes_it(command: list[object]) -> None:
    write(V4.replace("channels=3", "channels=3\nbatch=1\nsubdivisions=1"))
    done = run(*command, "--cfg", "net.cfg", "--recipe")
    assert "note: net.cfg: line 5: batch=1 is for testing: training wants batch=64" in done.err
    assert "max_batches=6000\n" in read()
    assert "\nbatch=1\nsubdivisions=1\n" in read()
    write(read().replace("batch=1\n", "batch=64\n"))
    assert "for testing" not in run(*command, "--cfg", "net.cfg", "--recipe").err


@pytest.mark.parametrize("arguments", [["--dry-run"], []])
def test_cluster_parses_the_old_cfg_once_and_the_new_one_once(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TINY)
    texts: list[str] = []
    check = sections._check_characters

    def counting(text: str) -> None:
        texts.append(text)
        check(text)

    monkeypatch.setattr(sections, "_check_characters", counting)
    assert run("cluster", SAMPLE, "--cfg", "net.cfg", *arguments).code == 0
    assert len(texts) == 2
    assert texts[0] == TINY != texts[1]


TINY_4 = yolo(
    masks=["3,4,5", "1,2,3"], strides=[32, 16], count=6, classes=80, net=["batch=64", *NET]
)


def test_from_a_downloaded_cfg_to_one_that_trains_on_three_classes() -> None:
    """With the masks that yolov4-tiny has as it is shipped, and the classes of COCO."""
    story(TINY_4, loaded=False)


@pytest.mark.skipif(
    not {"ANCHORKIT_DATA", "DARKNET"} <= set(os.environ), reason="needs ANCHORKIT_DATA and DARKNET"
)
def test_darknet_loads_what_became_of_its_own_yolov4_tiny() -> None:
    path = Path(os.environ["ANCHORKIT_DATA"], "cfg", "yolov4-tiny.cfg")
    story(path.read_bytes().decode(), loaded=True)


def story(text: str, *, loaded: bool) -> None:
    write(text, "yolov4-tiny.cfg")
    data = yolo_data([0, 1, 2, 0, 1, 2, 0, 1], ["cat", "dog", "fox"])
    assert run("check", "yolov4-tiny.cfg", "--yolo", data).code == 1
    done = run(
        *("cluster", "--yolo", data, "--cfg", "yolov4-tiny.cfg", "--classes", "auto", "--recipe"),
        *("--cfg-output", "mine.cfg"),
    )
    assert done.code == 0, done.err
    assert run("check", "mine.cfg", "--yolo", data, "--max-gain", "0.01").code == 0
    new = read("mine.cfg")
    assert "max_batches=6000\n" in new.replace(" ", "")
    assert {head.filters for head in heads_of(read_cfg(new))} == {24}
    assert read("yolov4-tiny.cfg") == text
    if loaded:
        small = re.sub("^(batch|subdivisions)=.*", r"\1=1", new, flags=re.MULTILINE)
        write(small, "small.cfg")
        ops = subprocess.run(
            [os.environ["DARKNET"], "ops", "small.cfg"], capture_output=True, text=True, check=True
        )
        assert "Operations:" in ops.stdout
