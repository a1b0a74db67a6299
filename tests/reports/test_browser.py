"""The page of a report in a real browser; skipped where none is (`make browser` says how)."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from annotations import annotation, annotation_object, voc_folder
from browser import Browser, missing, opened
from command import run
from pages import parsed

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "a browser is there")

SHAPES = [(30, 20), (44, 31), (80, 60), (120, 90), (200, 150), (260, 90), (35, 70), (61, 140)]
HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=document.title='run'>"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of forty boxes of three classes, one of which has a name that would like to run."""
    folder = tmp_path_factory.mktemp("report")
    names = ["cat", "dog", HOSTILE.replace("<", "&lt;")]
    files: dict[str, str | bytes] = {
        f"{image}.xml": annotation(
            *(
                annotation_object(
                    (5 * image, n, 5 * image + wide + 3 * image, n + high + 5 * image),
                    name=names[(n + image) % 3],
                )
                for n, (wide, high) in enumerate(SHAPES)
            ),
            annotation_object((9, 9, 9, 20), name="flat"),
            size=(416, 416),
        )
        for image in range(5)
    }
    path = folder / "report.html"
    data = voc_folder(folder / "voc", files)
    done = run("report", data, "-k", 3, "--trainer", "darknet", "-o", path, "--jobs", 1)
    assert done.code == 0, done.err
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as found:
        yield found


@pytest.fixture
def result(page: Path) -> Any:
    return parsed(page.read_text(encoding="utf-8")).result


def tip(browser: Browser) -> str:
    shown = browser.js("var t = document.getElementById('tip'); return t.hidden ? '' : t.innerText")
    return str(shown)


def test_nothing_is_said_in_the_console_and_nothing_is_asked_for(
    browser: Browser, page: Path
) -> None:
    browser.said()
    browser.requests()
    browser.show(page)
    browser.hover("svg.sizes .mark")
    assert browser.said() == []
    assert browser.requests() == [page.resolve().as_uri()]
    assert "run" not in browser.js("return document.title").split()
    assert browser.js("return document.images.length") == 0


def test_the_policy_forbids_what_would_leave(browser: Browser, page: Path) -> None:
    browser.show(page)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        browser.js(
            "var image = document.createElement('img'); image.src = arguments[0];"
            "document.body.appendChild(image);"
            "var script = document.createElement('script'); script.textContent = 'window.ran = 1';"
            "document.body.appendChild(script);"
            "document.body.setAttribute('style', 'color: red')",
            f"http://127.0.0.1:{server.getsockname()[1]}/x.png",
        )
        assert browser.js("return window.ran") is None
        assert len([line for line in browser.said() if "Content Security Policy" in line]) == 3
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()


def test_an_anchor_tells_the_figures_of_the_json(browser: Browser, page: Path, result: Any) -> None:
    browser.show(page)
    for row, one in enumerate(result["cluster"]["clusters"]):
        browser.hover("svg.sizes .mark", index=row)
        assert tip(browser) == (
            f"anchor {row + 1}: {one['width']}x{one['height']} px, {one['boxes']} "
            f"box{'' if one['boxes'] == 1 else 'es'} "
            f"({one['boxes'] / result['cluster']['boxes']:.1%}), mean IoU {one['mean_iou']:.4f}"
        )


@pytest.mark.parametrize("chosen", [0, 1, 2, 3])
def test_a_cell_tells_its_boxes_and_the_nearest_anchor(
    browser: Browser, page: Path, result: Any, chosen: int
) -> None:
    browser.show(page)
    choose(browser, chosen)
    sizes = result["pictures"]["sizes"]
    columns = len(sizes["across"]) - 1
    counts = dict(zip(*[iter(sizes["cells"][chosen]["cells"])] * 2, strict=True))
    index, count = max(counts.items(), key=lambda one: one[1])
    row, column = divmod(index, columns)
    at = [
        (edges[place] * edges[place + 1]) ** 0.5
        if sizes["scale"] == "log"
        else (edges[place] + edges[place + 1]) / 2
        for edges, place in ((sizes["across"], column), (sizes["up"], row))
    ]
    move_to(browser, sizes, *at)
    first, second = tip(browser).splitlines()
    assert first.endswith(f": {count} box" if count == 1 else f": {count} boxes")
    low, high = sizes["across"][column], sizes["across"][column + 1]
    assert abs(float(first.split()[1]) - low) <= 0.005 * low
    assert abs(float(first.split()[3].rstrip(",")) - high) <= 0.005 * high
    assert second.startswith(f"anchor {1 + nearest(at, result['cluster']['anchors'])}: ")


def choose(browser: Browser, chosen: int) -> None:
    """Look at the boxes of one class; 0: of all."""
    browser.js(
        "var choice = document.getElementById('class'); choice.value = arguments[0];"
        "choice.dispatchEvent(new Event('change'))",
        str(chosen),
    )


def nearest(size: list[float], anchors: list[list[float]]) -> int:
    def iou(anchor: list[float]) -> float:
        both = min(size[0], anchor[0]) * min(size[1], anchor[1])
        return both / (size[0] * size[1] + anchor[0] * anchor[1] - both)

    return max(range(len(anchors)), key=lambda row: iou(anchors[row]))


def move_to(browser: Browser, sizes: Any, width: float, height: float) -> None:
    """The pointer to where a box of that size lies in the picture."""
    offset = browser.js(
        """
        var plot = document.querySelector('svg.sizes'), view = plot.viewBox.baseVal;
        function margin(name) { return Number(plot.dataset[name]); }
        var f = arguments[0].scale === 'log' ? Math.log : Number;
        function part(at, edges) {
          var low = f(edges[0]), high = f(edges[edges.length - 1]);
          return (f(at) - low) / (high - low);
        }
        var inner = view.width - margin('left') - margin('right');
        var x = margin('left') + part(arguments[1], arguments[0].across) * inner;
        inner = view.height - margin('top') - margin('bottom');
        var y = view.height - margin('bottom') - part(arguments[2], arguments[0].up) * inner;
        var scale = plot.getBoundingClientRect().width / view.width;
        return [(x - view.width / 2) * scale, (y - view.height / 2) * scale];
        """,
        {key: sizes[key] for key in ("scale", "across", "up")},
        width,
        height,
    )
    browser.hover("svg.sizes", dx=offset[0], dy=offset[1])


def test_a_class_shows_its_own_boxes(browser: Browser, page: Path, result: Any) -> None:
    browser.show(page)
    options = browser.js(
        "return [...document.getElementById('class').options].map(one => one.text)"
    )
    cells = result["pictures"]["sizes"]["cells"]
    assert options == [f"{one['name'] or 'all boxes'} ({one['boxes']})" for one in cells]
    for chosen in (1, 2, 0):
        choose(browser, chosen)
        paths = browser.js(
            "return [...document.querySelectorAll('svg.sizes .cells path')]"
            ".map(one => one.getAttribute('d'))"
        )
        assert "".join(paths).count("z") == len(cells[chosen]["cells"]) // 2


def test_tables_sort_by_number_and_by_name(browser: Browser, page: Path, result: Any) -> None:
    browser.show(page)
    rows = result["inspect"]["classes"]
    column = "table.sortable"
    captions = browser.js(
        f"return [...document.querySelectorAll('{column}')].map(t => t.caption.innerText)"
    )
    index = captions.index("Classes")
    read = (
        f"var t = document.querySelectorAll('{column}')[arguments[0]];"
        "return [...t.tBodies[0].rows].map(r => r.cells[arguments[1]].innerText)"
    )
    marked = (
        f"var t = document.querySelectorAll('{column}')[arguments[0]];"
        "return [...t.tHead.rows[0].cells].map(c => c.getAttribute('aria-sort'))"
    )

    def sort(place: int) -> list[str]:
        browser.js(
            f"document.querySelectorAll('{column}')[arguments[0]].tHead.rows[0]"
            ".cells[arguments[1]].querySelector('button').click()",
            index,
            place,
        )
        found: list[str] = browser.js(read, index, place)
        return found

    medians = sorted((one["median_width"] for one in rows), reverse=True)
    assert [float(text) for text in sort(4)] == medians
    assert browser.js(marked, index)[4] == "descending"
    assert [float(text) for text in sort(4)] == medians[::-1]
    assert browser.js(marked, index)[4] == "ascending"
    names = sort(0)
    assert names[1:] == ["cat", "dog"]
    assert names[0].startswith("</script>")
    assert browser.js(marked, index)[4] is None


@pytest.mark.parametrize("width", [320, 400, 1600])
def test_nothing_is_wider_than_the_window(browser: Browser, page: Path, width: int) -> None:
    browser.show(page, width=width)
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.js("return document.documentElement.scrollWidth") <= width
    beyond = browser.js(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, svg') &&"
        "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert beyond == []


def test_the_tab_key_reaches_anchors_and_shows_their_figures(browser: Browser, page: Path) -> None:
    browser.show(page)
    browser.js("document.getElementById('class').focus()")
    browser.press("\ue004")
    assert tip(browser).startswith("anchor 1: ")
    browser.js(
        "scrollBy({top: 40, behavior: 'instant'});"
        "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    assert tip(browser).startswith("anchor 1: ")
    browser.press("\ue00c")
    assert tip(browser) == ""


def test_a_screen_reader_hears_of_every_picture_table_and_part(
    browser: Browser, page: Path
) -> None:
    browser.show(page)
    tree = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node.get("role", {}).get("value"), node.get("name", {}).get("value", ""))
        for node in tree
        if not node["ignored"]
    ]
    assert [name for role, name in named if role == "image" and not name] == []
    assert [name for role, name in named if role in ("table", "region") and not name] == []
    assert sum(role == "heading" for role, _ in named) == 9
    assert sum(role == "columnheader" for role, _ in named) > 30


def test_dark_is_dark_and_text_stands_out_in_both(browser: Browser, page: Path) -> None:
    for dark in (False, True):
        browser.show(page, dark=dark)
        ground, ink = browser.js(
            "var s = getComputedStyle(document.body);"
            "return [s.backgroundColor, s.color].map(c => c.match(/\\d+/g).map(Number))"
        )
        light = [luminance(one) for one in (ground, ink)]
        assert (light[0] < light[1]) == dark
        assert (max(light) + 0.05) / (min(light) + 0.05) > 7


def luminance(colour: list[float]) -> float:
    """Relative luminance, as the WCAG define it."""
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_it_prints_as_a_pdf(browser: Browser, page: Path) -> None:
    browser.show(page, dark=True)
    assert browser.printed().startswith(b"%PDF")
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    ground = browser.js("return getComputedStyle(document.body).backgroundColor")
    browser.cdp("Emulation.setEmulatedMedia", media="")
    assert ground == "rgb(255, 255, 255)"


def test_pages_hold_what_the_browser_reads(browser: Browser, page: Path, result: Any) -> None:
    browser.show(page)
    read = browser.js("return document.getElementById('result').textContent")
    assert json.loads(read) == result
