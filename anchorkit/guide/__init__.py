"""The manual: one page of Markdown for each subject, part of the package."""

from importlib.resources import files

__all__ = ["PAGES", "page", "title"]

PAGES = (
    "annotations",
    "anchors",
    "trainers",
    "training",
    "sweep",
    "pictures",
    "darknet",
    "ci",
    "cost",
    "scale",
    "python",
    "output",
    "benchmarks",
    "glossary",
    "contributing",
)
"""Names of the pages, in the order in which one would read them."""


def page(name: str) -> str:
    """The text of a page.

    Parameters
    ----------
    name
        One of `PAGES`.

    Examples
    --------
    >>> page("glossary").splitlines()[0]
    '# Glossary'
    """
    return (files(__name__) / f"{name}.md").read_text(encoding="utf-8")


def title(name: str) -> str:
    """The heading of a page, without its sign.

    Parameters
    ----------
    name
        One of `PAGES`.

    Examples
    --------
    >>> title("glossary")
    'Glossary'
    """
    return page(name).partition("\n")[0].removeprefix("# ").replace("`", "")
