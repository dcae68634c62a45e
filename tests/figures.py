"""Measures the shape of the code against its budgets; `make check` runs it as a program."""

import ast
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("bot", "commands", "scheduler", "storage")
# Written once and left alone; their length follows the tables, not our taste.
EXEMPT = "storage/migrations/versions/"

MEDIAN = 6
P95 = 26
LONGEST = 40
FILE_LINES = 450
BROAD_PER_1000 = 0.5

# A platform's name stands where the platform is spoken to, and where it is switched on.
PLATFORMS = ("slack", "telegram")
NAMES_PLATFORMS = ("bot/wiring.py", "bot/settings.py", "bot/locale/", "storage/migrations/")
# Kinds of file a person writes; a catalogue's binary form or a font has no words to judge.
WRITTEN = {".css", ".html", ".ini", ".j2", ".js", ".json", ".mako", ".py", ".sql", ".toml", ".txt"}


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it lies, what it is imported as, and its text."""

    path: str
    module: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@dataclass(frozen=True, slots=True)
class Function:
    """A function and its size: its first line and what follows the docstring."""

    place: str
    size: int


def sources(root: Path = ROOT) -> list[Source]:
    paths = (path for room in ROOMS for path in sorted((root / room).rglob("*.py")))
    named = ((path, path.relative_to(root).as_posix()) for path in paths)
    return [_read(path, name) for path, name in named if not name.startswith(EXEMPT)]


def _read(path: Path, name: str) -> Source:
    text = path.read_text(encoding="utf-8")
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return Source(name, module, text, ast.parse(text, filename=name))


def functions(found: Sequence[Source]) -> list[Function]:
    """Return every function that does something, the longest first."""
    measured = (function for source in found for function in _functions_of(source))
    return sorted(measured, key=lambda function: function.size, reverse=True)


def _functions_of(source: Source) -> Iterator[Function]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                last = body[-1].end_lineno or body[-1].lineno
                place = f"{source.path}:{node.lineno} {node.name}"
                yield Function(place, 1 + last - body[0].lineno + 1)


def p95(measured: Sequence[Function]) -> int:
    sizes = sorted(function.size for function in measured)
    return sizes[int(len(sizes) * 0.95)]


def long_functions(found: Sequence[Source]) -> list[str]:
    return [f"{f.place}: {f.size} lines" for f in functions(found) if f.size > LONGEST]


def typical_functions(found: Sequence[Source]) -> list[str]:
    """Tell which functions pull the median or the 95th percentile above its budget."""
    measured = functions(found)
    if not measured:
        return []
    complaints = []
    if (median := statistics.median(f.size for f in measured)) > MEDIAN:
        complaints.append(f"the median function has {median:g} lines, more than {MEDIAN}")
    if (high := p95(measured)) > P95:
        above = [f"{f.place}: {f.size} lines" for f in measured if f.size > P95]
        complaints += [f"the 95th percentile is {high} lines, more than {P95}", *above]
    return complaints


def long_files(found: Sequence[Source]) -> list[str]:
    return [f"{s.path}: {s.lines} lines" for s in found if s.lines > FILE_LINES]


def broad_excepts(found: Sequence[Source]) -> list[str]:
    """List the places that catch everything, once they are too many for the code's size."""
    places = [place for source in found for place in _broad_in(source)]
    allowed = BROAD_PER_1000 * sum(source.lines for source in found) / 1000
    return places if len(places) > allowed else []


def _broad_in(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(_catches_everything(kind) for kind in caught):
                yield f"{source.path}:{node.lineno}"


def _catches_everything(kind: ast.expr | None) -> bool:
    match kind:
        case None | ast.Name(id="Exception" | "BaseException"):
            return True
        case _:
            return False


def mutual_imports(found: Sequence[Source]) -> list[str]:
    modules = {source.module for source in found}
    imports = {source.module: set(_imported(source, modules)) for source in found}
    return sorted(
        f"{one} and {other} import each other"
        for one, named in imports.items()
        for other in named
        if one < other and one in imports[other]
    )


def _imported(source: Source, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for name in _names(node, source):
            # `from a import b` means the module a.b where there is one, and a itself otherwise.
            module = name if name in modules else name.rpartition(".")[0]
            if module in modules:
                yield module


def _names(node: ast.AST, source: Source) -> list[str]:
    match node:
        case ast.Import(names=aliases):
            # The added dot stands for a name within the module, as in the other case.
            return [f"{alias.name}." for alias in aliases]
        case ast.ImportFrom(names=aliases):
            base = _base(node, source)
            return [f"{base}.{alias.name}" for alias in aliases]
        case _:
            return []


def _base(node: ast.ImportFrom, source: Source) -> str:
    if not node.level:
        return node.module or ""
    inside = 0 if source.path.endswith("__init__.py") else 1
    parts = source.module.split(".")
    kept = parts[: len(parts) - (node.level - 1 + inside)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def stray_platforms(root: Path = ROOT) -> list[str]:
    """List the lines that name a platform outside its own room, the wiring and the settings."""
    paths = (path for room in ROOMS for path in sorted((root / room).rglob("*")))
    written = (path for path in paths if path.suffix in WRITTEN and path.is_file())
    return [line for path in written for line in _naming_lines(path, root)]


def _naming_lines(path: Path, root: Path) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    foreign = [p for p in PLATFORMS if not name.startswith((f"bot/{p}/", *NAMES_PLATFORMS))]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if any(platform in line.lower() for platform in foreign):
            yield f"{name}:{number}: {line.strip()}"


def summary(found: Sequence[Source]) -> str:
    measured = functions(found)
    lines = sum(source.lines for source in found)
    if not measured:
        return f"{lines} lines in {len(found)} files, no functions yet"
    median = statistics.median(function.size for function in measured)
    return (
        f"{lines} lines in {len(found)} files, {len(measured)} functions: "
        f"median {median:g}, p95 {p95(measured)}, longest {measured[0].size}"
    )


BUDGETS = {
    f"no function is longer than {LONGEST} lines": long_functions,
    "functions are short": typical_functions,
    f"no file is longer than {FILE_LINES} lines": long_files,
    "hardly anything catches everything": broad_excepts,
    "no two modules import each other": mutual_imports,
}


def main() -> int:
    found = sources()
    print(summary(found))
    kept = {name: budget(found) for name, budget in BUDGETS.items()}
    kept["a platform's name stays in its room"] = stray_platforms()
    for name, complaints in kept.items():
        if complaints:
            print(f"Not kept: {name}", *complaints, sep="\n    ")
    return int(any(kept.values()))


if __name__ == "__main__":
    sys.exit(main())
