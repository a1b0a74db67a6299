import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from cfgs import TINY, V3
from command import Ran, run
from pages import Page, parsed

from anchorkit._version import __version__
from anchorkit.boxes import boxes_of
from anchorkit.cli import commands
from anchorkit.loaders.npz import save_boxes
from anchorkit.reports.html.verdict import verdict_heading, verdict_section

SAMPLE = Path(__file__).parents[2] / "sample_voc"
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</title></script><!--",
    "javascript:alert(1)",
    "\" onload='alert(1)' x=\"",
    "a&lt;b&amp;\u2028\u202e",
)


@pytest.fixture
def yolo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some boxes of two classes in three images."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "yolo"
    folder.mkdir()
    for image in range(3):
        lines = [
            f"{n % 2} 0.5 0.{n + 1} 0.{1 + (n + image) % 7}{n} 0.{2 + (n * image) % 5}{image}"
            for n in range(8)
        ]
        (folder / f"{image}.txt").write_text("\n".join(lines))
    (folder / "classes.txt").write_text("cat\ndog\n")
    return folder


def reported(*words: object, output: str = "report.html") -> Page:
    done = run("report", *words, "-o", output)
    assert done.code == 0, done.err
    assert done.out == ""
    return parsed(Path(output).read_text(encoding="utf-8"))


def told(*words: object) -> Any:
    done = run(*words, "--format", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_page_tells_what_the_other_commands_say(yolo: Path) -> None:
    result = reported(yolo, "-k", 3, "--seed", 3, "--compare", "yolov2-voc").result
    cluster = told("cluster", yolo, "-k", 3, "--seed", 3)
    assert {"schema": 1, **result["cluster"], "findings": result["findings"]} == cluster
    anchors = ",".join(str(side) for pair in cluster["anchors"] for side in pair)
    given = "--preset", "yolov2-voc", "--anchors", anchors
    default, these = told("evaluate", yolo, *given)["results"]
    found = result["evaluate"]["results"]
    assert [one["name"] for one in found] == ["these", "yolov2-voc"]
    assert found == [{**these, "name": "these"}, default]
    inspected = told("inspect", yolo)
    assert result["inspect"]["classes"] == inspected["classes"]
    assert result["inspect"]["problems"] == inspected["problems"]
    rows = told("sweep", yolo, "-k", "1-4", "--seed", 3)["rows"]
    assert result["sweep"]["rows"] == rows


def test_options_are_those_of_cluster_but_for_what_writes_other_files() -> None:
    def options_of(name: str) -> set[str]:
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        return {option for param in command.params for option in param.opts}

    cluster, report = options_of("cluster"), options_of("report")
    assert report - cluster == {"-o", "--output", "--compare"}
    pictures = {"--plot", "--tensorboard", "--dpi", "--format"}
    exports = {"--export", "--strides"}
    cfgs = {"--assign", "--cfg-output", "--classes", "--dry-run", "--exit-code", "--force"}
    cfgs |= {"--min-gain", "--names", "--recipe", "--shares"}
    assert cluster - report == pictures | exports | cfgs


def test_fitness_is_that_of_cluster_and_evaluate(yolo: Path) -> None:
    words = yolo, "-k", 3, "--update", "ratio", "--anchor-t", 2.5
    page = reported(*words)
    cluster = told("cluster", *words)
    assert page.result["evaluate"]["results"][0]["fitness"] == cluster["fitness"]
    assert page.result["cluster"]["anchors"] == cluster["anchors"]
    heads = ["".join(one.text) for one in page.named("button")]
    assert "fitness" in heads


def test_sections_stand_in_their_order(yolo: Path) -> None:
    page = reported(yolo, "-k", 3)
    headings = ["".join(one.text) for one in page.named("h2")]
    assert headings == [
        "Verdict: no advice",
        "The data",
        "The boxes",
        "The anchors",
        "What they gain",
        "How many anchors",
        "What was run",
    ]
    assert page.unclosed == []


@pytest.mark.parametrize(
    ("findings", "heading", "behind"),
    [
        (["keep-defaults"], "Verdict: keep own.cfg", "these"),
        (["class-worse", "keep-defaults-worse"], "Verdict: keep own.cfg", "these"),
        (["use-new", "tiny"], "Verdict: use these anchors", "own.cfg"),
        (["use-new-untrained"], "Verdict: use these anchors", "own.cfg"),
        (["may-help"], "Verdict: these anchors may help", ""),
        (["both-miss"], "Verdict: neither set fits well", ""),
        (["no-defaults"], "Verdict: no advice", ""),
        (["few-data"], "Verdict", ""),
    ],
)
def test_heading_and_figures_follow_the_verdict(
    findings: list[str], heading: str, behind: str
) -> None:
    names = ["these", "own.cfg", "yolov3"]
    result = {
        "findings": [{"level": "note", "code": code, "text": "..."} for code in findings],
        "cluster": {"defaults": {"name": "own.cfg"}},
        "evaluate": {
            "results": [
                {"name": name, "mean_iou": 0.5, "iou_50": 0.5, "best_possible_recall": 1.0}
                for name in names
            ]
        },
    }
    assert verdict_heading(result) == heading
    page = parsed(str(verdict_section(result)))
    sets = page.named("dd")
    assert len(sets) == 6  # these and the defaults, in three figures, of equal rank
    back = [one.attributes.get("class") == "behind" for one in sets]
    assert back == [name == behind for name in names[:2]] * 3


def test_figures_of_both_stand_in_training_as_well() -> None:
    results = []
    for name, figure, drawn in (("these", 0.75, 0.5), ("yolov5", 0.625, 0.25)):
        keys = {"mean_iou": figure, "iou_50": figure, "best_possible_recall": 1.0}
        training = {"mean_iou": drawn, "below_half": 0.125, "best_possible_recall": 1.0}
        results.append({"name": name, **keys, "training": training})
    result = {"findings": [], "cluster": {}, "evaluate": {"results": results}}
    page = parsed(str(verdict_section(result)))
    assert ["".join(one.text) for one in page.named("strong")][:4] == [
        *("0.7500", "0.6250", "75.00%", "62.50%")
    ]
    assert ["".join(one.text) for one in page.named("span")][:8] == [
        *("these", "in training 0.5000", "yolov5", "in training 0.2500"),
        *("these", "in training 87.50%", "yolov5", "in training 87.50%"),
    ]


def test_same_data_give_the_same_bytes(yolo: Path) -> None:
    reported(yolo, "-k", 2, output="a.html")
    reported(yolo, "-k", 2, "--jobs", 1, "--quiet", output="b.html")
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()


def test_page_says_how_it_is_made_again(yolo: Path) -> None:
    page = reported(yolo.name, "-k", 2, "--seed", 7)
    command = "anchorkit report yolo -k 2 --seed 7 -o report.html"
    assert command in page.text
    assert f"anchorkit {__version__}" in page.text
    assert page.result["run"]["command"] == command


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(yolo: Path, name: str) -> None:
    (yolo / "classes.txt").write_text(f"{name}\ndog\n", newline="", encoding="utf-8")
    page = reported(yolo, "-k", 2, "--title", name, "--compare", "10,20, 30,40")
    check_harmless(page)
    shown = name.replace("\u2028", r"\u2028").replace("\u202e", r"\u202e")
    assert page.text.count(shown) >= 3  # title, heading and class
    assert {one["name"] for one in page.result["inspect"]["classes"]} == {name, "dog"}


def test_page_of_a_whole_data_set_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_harmless(reported("--voc", SAMPLE, "-k", 4))


def check_harmless(page: Page) -> None:
    """Nothing runs but our script, nothing leads anywhere, and the policy of the page says so."""
    assert page.unclosed == []
    runs = [one for one in page.named("script") if one.attributes.get("type") is None]
    assert len(runs) == 1
    (kept,) = [one for one in page.named("script") if one not in runs]
    assert {"<", ">", "&"} & set("".join(kept.text)) == set()
    assert len(page.named("style")) == 1
    assert {one.tag for one in page.elements} & {"img", "iframe", "object", "link", "base"} == set()
    for one in page.elements:
        assert not [name for name in one.attributes if name.startswith("on")]
        assert {"src", "style", "srcset", "action", "xlink:href"} & one.attributes.keys() == set()
        assert (one.attributes.get("href") or "#").startswith("#")
    policy = next(
        one.attributes["content"]
        for one in page.named("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        **{
            f"{kind}-src": f"'sha256-{sha256(one.text)}'"
            for kind, one in (("script", runs[0]), ("style", page.named("style")[0]))
        },
    }
    text = "".join(runs[0].text) + "".join(page.named("style")[0].text)
    assert set(re.findall(r"\w+://[^\"')\s]*", text)) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text
    assert "import" not in text


def sha256(text: list[str]) -> str:
    return base64.b64encode(hashlib.sha256("".join(text).encode()).digest()).decode()


def test_compared_sets_are_cfgs_files_lists_and_presets(yolo: Path) -> None:
    Path("net.cfg").write_text(TINY)
    Path("yolov3").write_text("10,20, 30,40")
    Path("mine.txt").write_text("11,21, 31,41")
    words = ["net.cfg", "yolov3", "mine.txt", "12,22, 32,42", "yolov5", "yolov4"]
    compared = [word for value in words for word in ("--compare", value)]
    found = reported(yolo, "-k", 2, *compared).result["evaluate"]["results"]
    assert [(one["name"], one["kind"]) for one in found] == [
        ("these", "anchors"),
        ("net", "cfg"),
        ("yolov3", "anchors"),  # a file of that name is nearer than the preset
        ("mine", "anchors"),
        ("anchors", "anchors"),
        ("yolov5", "preset"),
        ("yolov4", "preset"),
    ]
    assert found[2]["anchors"] == [[10, 20], [30, 40]]
    # Presets are scaled to the input, as the defaults are
    assert found[5]["anchors"][0] == [6.5, 8.45]


def test_two_sets_of_one_name_are_told_apart(yolo: Path) -> None:
    compared = "--compare", "10,20", "--compare", "30,40"
    found = reported(yolo, "-k", 2, *compared).result["evaluate"]["results"]
    assert [one["name"] for one in found] == ["these", "anchors", "anchors (2)"]


def test_defaults_are_compared_once(yolo: Path) -> None:
    found = reported(yolo, "--compare", "yolov3-tiny", "-k", 6).result["evaluate"]["results"]
    assert [one["name"] for one in found] == ["these", "yolov3-tiny"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("yolov33", "--compare yolov33: "),
        ("none.cfg", "--compare none.cfg: wanted a cfg, found nothing there"),
        ("none.json", "none.json: wanted"),
        ("10,20,x", "--compare: "),
        ("yolov8", "--compare yolov8: "),
    ],
)
def test_what_cannot_be_compared_is_an_error(yolo: Path, value: str, said: str) -> None:
    done = run("report", yolo, "--compare", value, "-o", "r.html")
    assert done.code in (1, 2)
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not Path("r.html").exists()


def test_a_report_replaces_nothing_but_a_report(yolo: Path) -> None:
    def written(name: str) -> Ran:
        return run("report", yolo, "-k", 2, "-o", name)

    Path("mine.html").write_text("<!DOCTYPE html><title>anchorkit</title>")
    assert written("mine.html").code == 1
    assert Path("mine.html").read_text().startswith("<!DOCTYPE html><title>")
    assert written("r.html").code == 0
    assert written("r.html").code == 0
    assert written("r.png").code == written("no/r.html").code == 2
    assert "wanted a file that ends in .html" in written("r.txt").err
    assert not Path("r.txt").exists()


def test_cfg_is_read_and_left_as_it_is(yolo: Path) -> None:
    Path("net.cfg").write_text(TINY)
    result = reported(yolo, "--cfg", "net.cfg", "-k", 2).result
    assert Path("net.cfg").read_text() == TINY
    cluster = told("cluster", yolo, "--cfg", "net.cfg", "-k", 2, "--dry-run")
    assert result["findings"] == cluster["findings"]
    assert result["cluster"]["training"] == cluster["training"]
    assert result["evaluate"]["results"][0]["training"] == {
        key: value for key, value in cluster["training"].items() if key != "defaults"
    }
    assert result["heads"]["known"]
    assert [row["stride"] for row in result["heads"]["rows"]] == [16, 32]


def test_trainer_says_who_trains_which_box(yolo: Path) -> None:
    words = yolo, "--resize", "stretch", "--trainer", "yolov5", "--augment", "none", "-k", 3
    page = reported(*words)
    anchors = page.result["cluster"]["anchors"]
    given = ",".join(str(side) for pair in anchors for side in pair)
    evaluated = told("evaluate", *words[:-2], "--anchors", given)["results"][0]
    assert page.result["heads"]["assignment"] == evaluated["assignment"]
    assert "Who trains which box (yolov5)" in page.text


def test_boxes_without_positions_are_reported_without_them(yolo: Path) -> None:
    boxes = boxes_of([(0.02 * n, 0.9 - 0.03 * n) for n in range(1, 21)])
    save_boxes("plain.npz", replace(boxes, centres=None))
    page = reported("--boxes", "plain.npz", "-k", 3, "--trainer", "darknet")
    assert page.result["pictures"]["positions"] is None
    assert page.result["heads"]["assignment"] is None
    assert "Where in the image" not in page.text


def test_fewer_sizes_than_anchors_are_filled_in_for_a_trainer(yolo: Path) -> None:
    (yolo / "1.txt").unlink()
    (yolo / "2.txt").write_text("")
    page = reported(yolo, "--trainer", "darknet")
    assert page.result["cluster"]["k"] == 9
    assert [row["k"] for row in page.result["sweep"]["rows"]] == [3, 6]
    assert run("report", yolo, "-o", "r.html").code == 1


def test_keras_tiny_model_draws_five_of_its_six_anchors(yolo: Path) -> None:
    page = reported(yolo, "--trainer", "keras", "-k", 6)
    marks = [one for one in page.elements if one.attributes.get("class") == "mark"]
    assert [one.attributes["data-row"] for one in marks] == ["1", "2", "3", "4", "5"]


def test_no_boxes_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "classes.txt").write_text("cat\n")
    done = run("report", "--yolo", tmp_path, "-o", tmp_path / "r.html")
    assert done.code == 1
    assert "no usable boxes" in done.err


def test_page_without_heads_has_no_such_section(yolo: Path) -> None:
    assert "Heads" not in ["".join(one.text) for one in reported(yolo, "-k", 4).named("h2")]


def test_v3_cfg_is_compared_at_its_own_pixels(yolo: Path) -> None:
    Path("net.cfg").write_text(V3)
    done = run("report", yolo, "-k", 2, "--input", 320, "--compare", "net.cfg", "-o", "r.html")
    assert done.code == 0
    assert "net is meant for input 416x416: its pixels are taken as they are at 320x320" in done.err
