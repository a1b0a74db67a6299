import json
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from anchorkit.anchors.export import FORMS
from anchorkit.anchors.text import parse_anchors
from anchorkit.cli import commands
from anchorkit.cli.options.exports import EXPORTS, Exports, export_options
from anchorkit.errors import AnchorkitError, UsageError, WriteError
from anchorkit.network_input import NetworkInput

NINE = parse_anchors("10,13,16,30,33,23,30,61,62,45,59,119,116,90,156,198,373,326")


@click.command()
@export_options
@click.option("--format", "form", default="text")
@click.option("--resize", default="letterbox")
@click.option("--decimals", type=int)
def give(exports: Exports, form: str, resize: str, decimals: int | None) -> None:
    network = NetworkInput(416, 416, resize)
    exports.check(len(NINE), form, network)
    text = exports.written(
        NINE,
        network=network,
        form=form,
        decimals=decimals,
        note="mean IoU 0.75",
    )
    click.echo(f"result{text}", nl=False)


def run(*arguments: str) -> str:
    return CliRunner().invoke(give, arguments, catch_exceptions=False).stdout


def test_names_of_the_option_are_those_of_the_library() -> None:
    assert tuple(FORMS) == EXPORTS


def test_without_export_nothing_follows() -> None:
    assert run() == "result"


def test_an_export_without_a_file_follows_the_result() -> None:
    comment, *lines = run("--export", "yolov5").removeprefix("result\n").splitlines()
    assert comment.endswith(
        "9 anchors for yolov5 in pixels of the input, 416x416, images letterboxed"
    )
    assert lines[0] == "# mean IoU 0.75"
    assert yaml.safe_load("\n".join(lines))["anchors"][0] == [10, 13, 16, 30, 33, 23]


def test_markdown_sets_exports_as_code() -> None:
    text = run("--export", "keras", "--export", "tao", "--format", "markdown")
    assert text.count("```text\n10,13,  16,30") == 1
    assert text.count("```protobuf\n# anchorkit ") == 1
    assert text.count("\n```\n") == 2


def test_an_export_with_a_file_leaves_stdout_alone(tmp_path: Path) -> None:
    path = tmp_path / "a:b.csv"
    assert run("--export", f"csv:{path}", "--format", "json", "--decimals", "1") == "result"
    assert path.read_text().splitlines()[:2] == ["width,height", "10.0,13.0"]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_may_be_written_again_but_not_over_other_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / "anchors"
    for _ in range(2):
        run("--export", f"{name}:{path}")
    first = path.read_bytes()
    path.write_bytes(b"nc: 80\nanchors: 3\n")
    with pytest.raises(WriteError, match="something else than an export of anchorkit"):
        run("--export", f"{name}:{path}")
    assert path.read_bytes() == b"nc: 80\nanchors: 3\n"
    path.write_bytes(b"")
    run("--export", f"{name}:{path}")
    assert path.read_bytes() == first


def test_json_wants_a_file_for_an_export() -> None:
    with pytest.raises(UsageError, match="--export tao: wanted a file with --format json"):
        run("--export", "tao", "--format", "json")


def test_an_uneven_split_is_told_with_the_option() -> None:
    with pytest.raises(UsageError, match=r"--export yolov5: .* found 9 anchors: 8 or 12 would do"):
        run("--export", "yolov5", "--strides", "8,16,32,64")


def test_two_exports_into_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        run("--export", f"csv:{tmp_path / 'x'}", "--export", f"keras:{tmp_path / 'x'}")


def test_a_missing_folder_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wanted a folder to write into, found nothing there"):
        run("--export", f"csv:{tmp_path / 'none' / 'x.csv'}")


def test_strides_of_an_export_differ() -> None:
    with pytest.raises(UsageError, match="wanted distinct numbers above 0"):
        run("--export", "csv", "--strides", "8,8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--export", "nothing"], "wanted one of darknet, yolov5"),
        (["--export", "yolov9"], "yolov9: has no anchors"),
        (["--export", "csv:"], "wanted csv or csv:FILE, found 'csv:'"),
        (["--export", "csv", "--strides", "8;16"], "wanted numbers such as 8,16,32"),
        (["--export", "csv", "--strides", "0,8"], "wanted numbers above 0"),
    ],
)
def test_bad_options_tell_what_was_wanted(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(give, arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_strides_without_an_export_are_bad_usage() -> None:
    with pytest.raises(AnchorkitError, match="wanted with --export, --trainer or --cfg"):
        run("--strides", "8,16,32")


def test_cluster_exports_the_anchors_that_it_prints(tmp_path: Path) -> None:
    path = tmp_path / "anchors.yaml"
    sample = str(Path(__file__).parents[3] / "sample_voc")
    asked = ["cluster", "--voc", sample, "-k", "6", "--precision", "1", "--quiet"]
    result = CliRunner().invoke(
        commands, [*asked, "--format", "json", "--export", f"yolov5:{path}"], catch_exceptions=False
    )
    levels = yaml.safe_load(path.read_text())["anchors"]
    assert [len(level) for level in levels] == [4, 4, 4]
    exported = [side for level in levels for side in level]
    assert exported == [side for pair in json.loads(result.stdout)["anchors"] for side in pair]


def small_cfg(folder: Path) -> Path:
    """A cfg of one head for two classes, whose counters are out of date."""
    path = folder / "small.cfg"
    path.write_text(
        "[net]\nwidth=64\nheight=64\n\n[convolutional]\nfilters=14\nsize=1\nstride=1\npad=1\n"
        "activation=linear\n\n[yolo]\nmask=0,1\nanchors=3,4, 5,6\nclasses=2\nnum=2\n"
        "counters_per_class=1,1\n"
    )
    return path


def test_apply_exports_the_anchors_it_is_given_at_the_cfg_s_input(tmp_path: Path) -> None:
    cfg = small_cfg(tmp_path)
    asked = ["apply", "--cfg", str(cfg), "--anchors", "30.25,40, 10,20", "--quiet"]
    result = CliRunner().invoke(commands, [*asked, "--export", "darknet"], catch_exceptions=False)
    assert result.stdout.endswith("\nanchors = 10,20,  30.25,40\n")
    dry = [*asked, "--dry-run", "--export", f"csv:{tmp_path / 'a.csv'}"]
    CliRunner().invoke(commands, dry, catch_exceptions=False)
    assert not (tmp_path / "a.csv").exists()
    yolov5 = CliRunner().invoke(commands, [*asked, "--export", "yolov5"])
    assert isinstance(yolov5.exception, UsageError)


def test_counters_follow_the_names_of_a_darknet_data_file(tmp_path: Path) -> None:
    (tmp_path / "obj.names").write_text("zebra\nant\n")
    (tmp_path / "train.txt").write_text("a.jpg\n")
    (tmp_path / "a.txt").write_text("0 .5 .5 .5 .5\n0 .5 .5 .25 .25\n1 .5 .5 .25 .25\n")
    data = tmp_path / "obj.data"
    data.write_text("classes=2\ntrain=train.txt\nnames=obj.names\n")
    cfg = small_cfg(tmp_path)
    asked = ["cluster", "--data", str(data), "--cfg", str(cfg), "--force", "--min-gain", "-1"]
    CliRunner().invoke(commands, asked, catch_exceptions=False)
    assert "counters_per_class=2,1\n" in cfg.read_text()
