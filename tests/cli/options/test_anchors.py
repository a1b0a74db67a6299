from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.anchors import anchors_option
from anchorkit.errors import AnchorError


@click.command()
@anchors_option(multiple=True)
def show(anchors: tuple[NamedAnchors, ...]) -> None:
    for one in anchors:
        click.echo(f"{one.name} {one.anchors.tolist()}")


def test_anchors_may_be_text_a_file_or_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "old ones.txt"
    path.write_text("anchors = 3,4\n")
    result = CliRunner().invoke(
        show, ["--anchors", "1,2", "--anchors", str(path), "--anchors", "-"], input="[[5, 6]]"
    )
    assert result.output == "anchors [[1.0, 2.0]]\nold ones [[3.0, 4.0]]\nanchors [[5.0, 6.0]]\n"


def test_a_missing_file_of_anchors_is_named_with_its_option() -> None:
    result = CliRunner().invoke(show, ["--anchors", "none.json"])
    assert result.exit_code == 2
    assert "'--anchors': none.json: wanted anchors such as 10,13,16,30" in result.output


def test_bad_anchors_are_content_not_usage() -> None:
    with pytest.raises(AnchorError, match="found 3 numbers"):
        CliRunner().invoke(show, ["--anchors", "1,2,3"], catch_exceptions=False)


def test_bad_anchors_are_told_with_the_option_and_where_they_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("three.txt").write_text("1,2,3")
    for value, begins in (("1,2,3", ":"), ("-", " -:"), ("three.txt", " three.txt:")):
        with pytest.raises(AnchorError, match=f"^--anchors{begins} wanted pairs .* 3 numbers$"):
            CliRunner().invoke(show, ["--anchors", value], input="1,2,3", catch_exceptions=False)
