"""The layout as it is: modules, folders, and what each imports of the others.

`python tests/imports.py` prints it. What may import what is held by tests/test_imports.py.
"""

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

__all__ = ["IMPORTS", "MODULES", "PACKAGE", "ROOT", "first_names", "layout", "module_name"]

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "anchorkit"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(node: ast.AST) -> set[str]:
    """Modules imported anywhere below a node, by their full names."""
    found: set[str] = set()
    for child in _statements(node):
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            whole = {f"{child.module}.{alias.name}" for alias in child.names}
            found |= (whole & MODULES.keys()) or {str(child.module)}
    return found


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All below a node but what expressions are made of, which is nine in ten and never imports."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from _statements(child)


IMPORTS = {name: imported(ast.parse(path.read_bytes())) for name, path in MODULES.items()}


def first_names(name: str) -> set[str]:
    """Of `anchorkit.cli.options.loading`'s imports of ours: `boxes`, `errors`, ..."""
    ours = (other.split(".") for other in IMPORTS[name])
    return {parts[1] for parts in ours if parts[0] == "anchorkit" and len(parts) > 1}


def layout() -> str:
    """Each folder with its modules, then each room with those it imports, the lowest first.

    A room is a folder or a module beside the folders.
    """
    folders: dict[str, list[str]] = {}
    rooms: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        if name == "anchorkit" or name.endswith("__main__"):
            continue
        if path.name != "__init__.py":
            folders.setdefault(path.parent.relative_to(ROOT).as_posix(), []).append(path.stem)
        room = name.split(".")[1]
        rooms[room] = rooms.get(room, set()) | first_names(name) - {room}
    ordered: list[str] = []
    while len(ordered) < len(rooms):
        ready = [room for room in rooms if room not in ordered and rooms[room] <= {*ordered}]
        # A circle has no lowest room: then the rest stands there in any order
        ordered += sorted(ready or rooms.keys() - {*ordered})
    lines = []
    for folder, names in folders.items():
        lines += [
            f"{folder}/",
            *textwrap.wrap("  ".join(names), 92, initial_indent=" " * 4, subsequent_indent=" " * 4),
        ]
    count = sum(map(len, rooms.values()))
    lines += ["", f"{len(rooms)} rooms, {count} imports between them:"]
    for room in ordered:
        line = f"{room:<16}{'  '.join(one for one in ordered if one in rooms[room])}"
        lines += textwrap.wrap(line, 96, subsequent_indent=" " * 16, break_on_hyphens=False)
    return "\n".join(lines)


if __name__ == "__main__":
    print(layout())
