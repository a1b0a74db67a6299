"""`cluster --cfg`, `apply` and `check`, as their users run them."""

import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfgs import REGION, TINY, V3, V4, yolo

from anchorkit.cli import main
from anchorkit.cli.cfg import writing
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.sections import read_cfg
from anchorkit.files import write_atomically

SAMPLE = str(Path(__file__).parents[3] / "sample_voc")
BIG = ",".join(f"{side},{side}" for side in (9, 15, 25, 40, 60, 90, 120, 200, 300))
VOC = yolo(masks=["6,7,8", "3,4,5", "0,1,2"], strides=[32, 16, 8], classes=20)
"""As `V3`, with the classes of the sample."""
OWN = "10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="mode bits and links of POSIX")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command's exit code, stdout and stderr, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(str(end.value.code)), out, err

    return run


def write(text: str, name: str = "net.cfg") -> Path:
    path = Path(name)
    path.write_bytes(text.encode())
    return path


def read(path: Path) -> str:
    return path.read_bytes().decode()


def cluster(run: Run, *more: str) -> tuple[int, str, str]:
    return run("cluster", "--voc", SAMPLE, "--cfg", "net.cfg", *more)


def result_of(done: tuple[int, str, str]) -> Any:
    assert done[0] in (0, 1), done
    return json.loads(done[1])


def test_cluster_writes_the_anchors_that_it_prints(run: Run) -> None:
    path = write(V3)
    code, out, err = cluster(run)
    assert code == 0
    heads = heads_of(read_cfg(read(path)))
    (line,) = re.findall("^anchors = .*", out, re.MULTILINE)
    assert read(path).count(line) == 3
    assert [head.mask for head in heads] == [(6, 7, 8), (3, 4, 5), (0, 1, 2)]
    assert "net.cfg: changed anchors (lines" in err
    assert re.search(r"net.cfg: mean IoU 0\.\d+ with its own anchors, 0\.\d+ with these", out)


def test_cluster_takes_k_input_and_resizing_from_the_cfg(run: Run) -> None:
    text = yolo(masks=["0,1,2", "3,4,5,6,7"], strides=[8, 16], count=8, net=["letter_box=1"])
    write(text.replace("height=416", "height=320"))
    result = result_of(cluster(run, "--format", "json"))
    assert (result["k"], result["input"], result["resize"]) == (8, [416, 320], "letterbox")
    assert [len(head["mask"]) for head in result["heads"]] == [3, 5]
    assert result["changed"] is True
    assert result["gain"] == pytest.approx(result["mean_iou"] - result["mean_iou_cfg"], abs=2e-6)
    assert sum(head["boxes"] for head in result["heads"]) == result["boxes"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--input", "608"],
            "--input 608x608: wanted 416x416, which net.cfg has: apply net.cfg --rescale",
        ),
        (
            ["--resize", "letterbox"],
            "--resize letterbox: wanted stretch: net.cfg has no letter_box=1",
        ),
    ],
)
def test_options_that_contradict_the_cfg_are_bad_usage(
    run: Run, arguments: list[str], message: str
) -> None:
    write(V4)
    code, _, err = cluster(run, *arguments)
    assert code == 2
    assert message in err


def test_options_that_repeat_the_cfg_are_fine(run: Run) -> None:
    write(V4)
    assert cluster(run, "--input", "416", "--resize", "stretch", "-k", "9")[0] == 0


def test_too_few_anchors_name_the_smallest_k_before_any_data_is_read(run: Run) -> None:
    write(V4)
    code, _, err = run("cluster", "--voc", "nowhere", "--cfg", "net.cfg", "-k", "2")
    assert code == 1
    assert "the smallest k is 3" in err


def test_second_run_changes_nothing_and_says_so(run: Run) -> None:
    path = write(V3)
    cluster(run, "-k", "7")
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    code, _, err = cluster(run, "--exit-code")
    assert code == 0
    assert "net.cfg: nothing to change" in err
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, changed)


def test_too_little_gain_leaves_the_file_alone(run: Run) -> None:
    write(TINY)
    code, _, err = cluster(run, "--min-gain", "0.9", "--quiet")
    assert (code, read(Path("net.cfg"))) == (0, TINY)
    assert "net.cfg: left alone: the gain of +0." in err
    assert "net.cfg: not corrected: line" in err
    result = result_of(cluster(run, "--min-gain", "0.9", "--format", "json"))
    assert result["changed"] is False


def test_fewer_anchors_are_written_where_they_are_worse_only_if_asked(run: Run) -> None:
    write(V3)
    cluster(run)
    fitted = read(Path("net.cfg"))
    _, _, err = cluster(run, "-k", "3")
    assert "is below 0" in err
    assert read(Path("net.cfg")) == fitted
    cluster(run, "-k", "3", "--min-gain", "-1")
    assert "num=3" in read(Path("net.cfg"))


def test_dry_run_prints_a_difference_that_patch_could_apply(run: Run) -> None:
    path = write(V3.replace("\n", "\r\n"))
    before = path.read_bytes()
    code, out, err = cluster(run, "--dry-run")
    assert (code, path.read_bytes()) == (0, before)
    assert "--- net.cfg\n+++ net.cfg\n@@ " in out
    assert "net.cfg: would change anchors" in err
    difference = result_of(cluster(run, "--dry-run", "--format", "json"))["diff"]
    assert f"-anchors = {OWN}\r\n" in difference
    assert "```diff\n--- net.cfg" in cluster(run, "--dry-run", "--format", "markdown")[1]


def test_exit_code_tells_drift(run: Run) -> None:
    write(V3)
    assert cluster(run, "--dry-run", "--exit-code")[0] == 1
    assert cluster(run)[0] == 0
    assert cluster(run, "--dry-run", "--exit-code")[0] == 0


def test_cfg_output_is_written_and_the_cfg_stays(run: Run) -> None:
    write(V3)
    assert cluster(run, "--cfg-output", "new.cfg")[0] == 0
    assert read(Path("net.cfg")) == V3
    assert read(Path("new.cfg")) != V3
    cluster(run, "--min-gain", "1", "--cfg-output", "same.cfg")
    assert read(Path("same.cfg")) == V3


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_cfg_output_may_be_read_by_whom_the_cfg_may_be_read(run: Run, mode: int) -> None:
    write(V3).chmod(mode)
    before = os.umask(0o077 if mode == 0o664 else 0o022)  # neither would give this mode by itself
    try:
        assert cluster(run, "--cfg-output", "new.cfg")[0] == 0
        assert run("apply", "--cfg", "net.cfg", "--anchors", BIG, "--cfg-output", "own.cfg")[0] == 0
    finally:
        os.umask(before)
    for name in ("new.cfg", "own.cfg"):
        found = stat.S_IMODE(Path(name).stat().st_mode)
        assert found == mode, f"{name} has mode {found:o}, the cfg that it was made from {mode:o}"


def test_a_missing_file_of_names_is_told_before_the_work(run: Run) -> None:
    write(V3)
    code, _, err = run("cluster", "--voc", "none", "--cfg", "net.cfg", "--names", "none.names")
    assert (code, err) == (
        2,
        "anchorkit: error: --names none.names: wanted names of classes, found nothing there\n",
    )


def test_options_for_a_cfg_need_a_cfg(run: Run) -> None:
    code, _, err = run("cluster", "--voc", SAMPLE, "--cfg-output", "x.cfg")
    assert code == 2
    assert "--cfg-output: wanted with --cfg FILE" in err


def test_region_gets_cells_of_the_pixels_printed(run: Run) -> None:
    path = write(REGION)
    result = result_of(cluster(run, "--format", "json", "-k", "4"))
    line = re.search("anchors = (.*)", read(path))
    assert line
    cells = [float(number) for number in line[1].split(",")]
    assert [32 * cell for cell in cells] == [side for pair in result["anchors"] for side in pair]


def test_counters_follow_the_names_file(run: Run) -> None:
    classes = ["person", "dog", "no such thing"]
    counters = ["counters_per_class=1,2,3"]
    write(yolo(masks=["0,1"], strides=[8], count=2, classes=3, extra=counters))
    Path("obj.names").write_text("\n".join(classes) + "\n\n", encoding="utf-8")
    _, _, err = cluster(run, "--dry-run")
    assert "counters_per_class is left as it is; --names FILE renews it" in err
    _, _, err = cluster(run, "--names", "obj.names")
    assert "--names: no class" in err
    found = re.search(r"counters_per_class=(\d+),(\d+),0\n", read(Path("net.cfg")))
    assert found
    assert int(found[1]) > int(found[2]) > 0
    Path("obj.names").write_text("person\n", encoding="utf-8")
    code, _, err = cluster(run, "--names", "obj.names")
    assert code == 1
    assert "wanted 3 classes, found 1" in err


def test_names_without_counters_are_told(run: Run) -> None:
    write(V3)
    Path("obj.names").write_text("person\ndog\n", encoding="utf-8")
    assert "has no counters_per_class" in cluster(run, "--names", "obj.names")[2]


def test_apply_corrects_and_says_what(run: Run) -> None:
    path = write(TINY)
    code, out, err = run(
        *("apply", "--cfg", "net.cfg", "--anchors", ",".join(OWN.replace(" ", "").split(",")[:12]))
    )
    assert (code, read(path)) == (0, TINY.replace("mask = 1,2,3", "mask = 0,1,2"))
    assert "corrected: line 31: anchor 0 in no mask, never trained" in err
    assert out.splitlines()[0].split() == ["line", "head", "stride", "mask", "filters"]


def test_apply_takes_what_cluster_printed_and_never_rounds(run: Run) -> None:
    write(V4)
    json_text = run("cluster", "--voc", SAMPLE, "-k", "9", "--format", "json", "--precision", "2")
    Path("found.json").write_text(json_text[1], encoding="utf-8")
    assert run("apply", "--cfg", "net.cfg", "--anchors", "found.json")[0] == 0
    heads = heads_of(read_cfg(read(Path("net.cfg"))))
    assert [list(pair) for pair in heads[0].anchors] == json.loads(json_text[1])["anchors"]


def test_json_made_for_another_input_is_warned_of(run: Run) -> None:
    write(V3)
    frame = ("--input", "608x416", "--resize", "letterbox")
    found = run("cluster", "--voc", SAMPLE, "-k", "9", *frame, "--format", "json")[1]
    Path("found.json").write_text(found)
    _, _, err = run("apply", "--cfg", "net.cfg", "--anchors", "found.json")
    assert "warning: found is meant for input 608x416: its pixels are taken as they are at" in err
    assert "warning: found is meant for letterbox, not for stretch" in err
    judged = ("check", "--anchors", "found.json", "--voc", SAMPLE, "--format", "json")
    code, out, err = run(*judged)
    assert (code, json.loads(out)["input"], err) == (0, [608, 416], "")
    assert "found is meant for input 608x416" in run(*judged, "--input", "416")[2]


def test_apply_warns_of_cells_where_pixels_are_wanted(run: Run) -> None:
    write(REGION)
    _, _, err = run("apply", "--cfg", "net.cfg", "--anchors", "1.3,1.7, 3.1,4.0", "--dry-run")
    assert "these look like cells" in err


def test_apply_by_size_gives_an_empty_head_the_nearest_and_says_so(run: Run) -> None:
    path = write(V4)
    anchors = "40,40,70,70,90,90"
    code, _, err = run("apply", "net.cfg", "--anchors", anchors, "--assign", "size")
    assert code == 0
    assert "stride 8 takes anchors below 30x30 in area" in err
    assert [head.mask for head in heads_of(read_cfg(read(path)))] == [(0,), (1,), (2,)]


def test_apply_needs_force_for_lists_that_differ(run: Run) -> None:
    write(V4.replace("373,326", "300,300", 1))
    code, _, err = run("apply", "--cfg", "net.cfg", "--anchors", BIG)
    assert code == 1
    assert "(--force)" in err
    assert run("apply", "--cfg", "net.cfg", "--anchors", BIG, "--force")[0] == 0


@POSIX
def test_a_link_stays_a_link_and_bits_stay(run: Run) -> None:
    real = write(V4, "real.cfg")
    real.chmod(0o640)
    Path("net.cfg").symlink_to("real.cfg")
    assert run("apply", "--cfg", "net.cfg", "--anchors", BIG)[0] == 0
    assert Path("net.cfg").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert read(real) != V4


def test_bytes_that_are_no_text_stay(run: Run) -> None:
    path = Path("net.cfg")
    path.write_bytes(
        V4.replace("[net]", "[net]\n# gr\N{LATIN SMALL LETTER O}").encode() + b"#\xff\xfe"
    )
    before = path.read_bytes()
    run("apply", "--cfg", "net.cfg", "--anchors", BIG)
    assert path.read_bytes() == before.replace(OWN.encode(), b",  ".join(_pairs(BIG)))


def _pairs(text: str) -> list[bytes]:
    numbers = text.encode().split(b",")
    return [b",".join(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]


def test_file_that_somebody_else_changed_is_left_to_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(V4)

    def meddle(*arguments: Any, **options: Any) -> None:
        path.write_text("theirs", encoding="utf-8")
        write_atomically(*arguments, **options)

    monkeypatch.setattr(writing, "write_atomically", meddle)
    code, out, err = run("apply", "--cfg", "net.cfg", "--anchors", BIG)
    assert (code, out, read(path)) == (1, "", "theirs")
    assert "changed since it was read" in err


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_cfg_in_a_folder_that_is_read_only_is_written_in_place(run: Run, tmp_path: Path) -> None:
    write(V4)
    tmp_path.chmod(0o500)
    try:
        code, _, err = run("apply", "--cfg", "net.cfg", "--anchors", BIG)
    finally:
        tmp_path.chmod(0o700)
    assert code == 0
    assert "note: net.cfg: written in place" in err
    assert read(Path("net.cfg")) != V4


def test_missing_cfg_is_bad_usage_and_faulty_one_is_not(run: Run) -> None:
    assert run("apply", "--cfg", "nope.cfg", "--anchors", BIG)[0] == 2
    write("width=3\n")
    code, _, err = run("apply", "--cfg", "net.cfg", "--anchors", BIG)
    assert code == 1
    assert "net.cfg: line 1: wanted [net] before the first key" in err


def test_lines_that_some_darknet_refuses_are_told(run: Run) -> None:
    write(V4.replace("channels=3", "channels=3\nchannels=3\n;batch=1").replace("\n", "\r\n"))
    err = run("apply", "--cfg", "net.cfg", "--anchors", BIG)[2]
    assert "lines end with CRLF, which pjreddie's darknet cannot read" in err
    assert "channels is repeated" in err
    assert "hank-ai's darknet" in err


def test_check_without_data_judges_the_cfg_alone(run: Run) -> None:
    write(V3)
    code, out, _ = run("check", "--cfg", "net.cfg")
    assert code == 0
    assert out.splitlines()[-1] == "ok: no fault found"
    write(TINY)
    code, out, err = run("check", "--cfg", "net.cfg")
    assert code == 1
    assert "FAILED mask: line 31: anchor 3 in two masks" in out
    assert "check failed: mask" in err


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        (V4.replace("filters=21", "filters=255", 1), "filters"),
        (V4.replace("num=9", "num=8", 1), "num"),
        (V4.replace("stride=8", "stride=-8", 1), "layers"),
        (V4.replace("30,61,", "30,61", 1), "comma"),
        (V4.replace("373,326", "373,327", 1), "lists"),
        (V4.replace("mask = 0,1,2", "mask = 9,10,11"), "mask"),
        (REGION.replace("1.3221, 1.73145, 3.19275, 4.00944", "42, 55, 102, 128"), None),
        (REGION.replace("1.3221, 1.73145, 3.19275, 4.00944, 5.05587, 8.09892", BIG[:14]), None),
        (REGION.replace("anchors =  1.3221,", "anchors = 300,300,42,55,102,128,9.1,"), "num"),
        (yolo(masks=["0"], strides=[8], count=1).replace("10,13", "0.1,0.2"), "units"),
        (
            yolo(masks=["0"], strides=[8], count=1, extra=["counters_per_class=1,2,3"]),
            "counters",
        ),
    ],
)
def test_check_names_each_kind_of_fault(run: Run, text: str, gate: str | None) -> None:
    write(text)
    result = result_of(run("check", "--cfg", "net.cfg", "--format", "json"))
    gates = {failure["gate"] for failure in result["failures"]}
    assert result["ok"] is not bool(gates)
    if gate:
        assert gate in gates


def test_check_knows_pixels_in_a_region(run: Run) -> None:
    numbers = "42,55, 102,128, 161,259, 303,154, 359,320"
    write(re.sub("anchors = .*", f"anchors = {numbers}", REGION))
    result = result_of(run("check", "--cfg", "net.cfg", "--format", "json"))
    assert [failure["gate"] for failure in result["failures"]] == ["units"]


def test_check_gates_on_figures(run: Run) -> None:
    write(VOC)
    check = ("check", "--cfg", "net.cfg", "--voc", SAMPLE, "--format", "json")
    plain = result_of(run(*check))
    assert plain["ok"] is True
    assert plain["gain"] > 0
    figures = ("--min-iou", "0.99", "--min-recall", "1", "--max-gain", "0.01")
    code, out, err = run(*check, *figures)
    failed = json.loads(out)["failures"]
    assert code == 1
    assert {"gate": "max-gain", "found": plain["gain"], "wanted": 0.01} in failed
    assert {"gate": "min-iou", "found": plain["mean_iou"], "wanted": 0.99} in failed
    assert "check failed: min-iou" in err


def test_check_passes_once_the_anchors_are_clustered(run: Run) -> None:
    write(VOC)
    assert run("check", "--cfg", "net.cfg", "--voc", SAMPLE, "--max-gain", "0.02")[0] == 1
    cluster(run)
    assert run("check", "--cfg", "net.cfg", "--voc", SAMPLE, "--max-gain", "0")[0] == 0


def test_check_judges_anchors_and_presets_without_a_cfg(run: Run) -> None:
    result = result_of(
        run("check", "--anchors", OWN, "--voc", SAMPLE, "--min-iou", "0.1", "--format", "json")
    )
    assert (result["k"], result["heads"], result["name"]) == (9, [], "anchors")
    result = result_of(run("check", "--preset", "yolov4", "--voc", SAMPLE, "--format", "json"))
    assert (result["name"], result["input"]) == ("yolov4", [608, 608])
    assert result["cfg"] is None, "anchors that stand in no cfg"


def test_check_judges_the_size_that_the_cfg_has(run: Run) -> None:
    write(VOC.replace("width=416", "width=400"))
    result = result_of(run("check", "--cfg", "net.cfg", "--format", "json"))
    assert (result["cfg"], result["input"]) == ("net.cfg", [400, 416])
    assert result["failures"][0] == {
        "gate": "input",
        "found": "line 2: width=400 is no multiple of 32",
        "wanted": "a multiple of the coarsest stride",
        "line": 2,
    }


def test_classes_that_the_data_do_not_have_fail_the_check(run: Run) -> None:
    write(V3)
    code, out, _ = run("check", "--cfg", "net.cfg", "--voc", SAMPLE)
    assert code == 1
    assert "FAILED classes: line 41: classes=2, but the data have 20" in out
    Path("two.names").write_text("cat\ndog\n", encoding="utf-8")
    assert run("check", "net.cfg", "--voc", SAMPLE, "--names", "two.names")[0] == 0
    Path("one.names").write_text("cat\n", encoding="utf-8")
    code, out, _ = run("check", "net.cfg", "--names", "one.names")
    assert code == 1
    assert "FAILED classes: line 41: classes=2, but one.names lists 1" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--cfg", "net.cfg", "--anchors", "3,4"],
        ["--anchors", "3,4"],
        ["--cfg", "net.cfg", "--min-iou", "0.5"],
        ["--preset", "nope", "--voc", SAMPLE],
    ],
)
def test_check_that_has_nothing_to_check_is_bad_usage(run: Run, arguments: list[str]) -> None:
    write(V3)
    assert run("check", *arguments)[0] == 2


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
@pytest.mark.parametrize("name", ["yolov3", "yolo-voc", "yolov4-csp", "yolov4-tiny"])
def test_shipped_cfg_is_fit_for_blood_cells_after_clustering(run: Run, name: str) -> None:
    data = Path(os.environ["ANCHORKIT_DATA"])
    shutil.copyfile(data / "cfg" / f"{name}.cfg", "net.cfg")
    assert run("apply", "net.cfg", "--classes", "3")[0] == 0
    with_data = ("--cfg", "net.cfg", "--voc", str(data / "bccd"))
    code, out, _ = run("check", *with_data, "--max-gain", "0.05")
    assert code == 1
    assert "FAILED max-gain" in out
    assert run("cluster", *with_data)[0] == 0
    assert run("check", *with_data, "--max-gain", "0.05")[0] == 0


def test_pixels_are_not_written_where_a_region_counts_in_cells_of_unknown_size(run: Run) -> None:
    text = REGION.replace("[convolutional]", "[strange]\n\n[convolutional]").partition("anchors")[0]
    write(f"{text}anchors =\n")
    before = Path("net.cfg").read_bytes()
    code, out, err = run("apply", "--cfg", "net.cfg", "--anchors", "10,13, 16,30")
    assert (code, out) == (1, "")
    assert "[region] counts anchors in cells of its grid, whose size is not known" in err
    assert Path("net.cfg").read_bytes() == before
    told = run("apply", "--cfg", "net.cfg", "--anchors", "32,64, 96,32", "--strides", "32")
    assert told[0] == 0
    assert "anchors =1,2,  3,1" in Path("net.cfg").read_text()


def test_anchors_that_were_better_kept_are_named_when_they_are_overwritten(run: Run) -> None:
    cfg = write(V3)
    given = ("cluster", "--voc", SAMPLE, "--cfg", "net.cfg")
    for harmless in (["--dry-run"], ["--cfg-output", "new.cfg"]):
        assert "puts them back" not in run(*given, *harmless)[2]
    _, out, err = run(*given)
    assert "keep net.cfg" in out
    again = re.search(r'apply --anchors "([^"]+)" puts them back', err)
    assert again
    assert cfg.read_text() != V3
    assert run("apply", "--cfg", "net.cfg", "--anchors", again[1])[0] == 0
    assert cfg.read_text() == V3
