"""The rules of the house that a program can check: who commits, who looks up, sizes, words, what is never written."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from statistics import median

import pytest

from scheduler.config import ROOT

CODE = ROOT / "scheduler"
EDGES = {
    "bounces.py",
    "calendars/answering.py",
    "jobs.py",
    "cli.py",
    "notices/delivery.py",
    "demo/__init__.py",
    "json_api.py",
    "presses.py",
    "parties/login.py",
}
# Knows when a commit is put off.
EDGES |= {"request_session.py"}
NOT_OURS = {".venv", ".git", "build", "instance", "node_modules", "screenshots", "vendor"}
# Functions that find and authorise in one step.
FINDERS = re.compile(r"^find_|_by_|^person_of_feed$")
ROUTERS = {"get", "post", "put", "delete", "route", "operation"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A file of ours, read once."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Where it is, seen from the package."""
        return str(self.path.relative_to(CODE if self.path.is_relative_to(CODE) else ROOT))

    @property
    def is_edge(self) -> bool:
        """Whether it takes requests from people or programs."""
        return self.path.name in {"views.py", "api.py"}

    def functions(self) -> Iterator[Function]:
        """Go through all functions and methods, inner ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def views(self) -> Iterator[Function]:
        """Go through the functions that answer a route."""
        return (function for function in self.functions() if _routes(function))


@cache
def _read(folder: str) -> tuple[Module, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(Module(path, text := path.read_text(), ast.parse(text)) for path in paths)


def _modules(*folders: str) -> Iterator[Module]:
    return chain.from_iterable(_read(folder) for folder in folders or ("scheduler",))


def _called(node: ast.AST) -> set[str]:
    """Return the last names of everything that is called inside."""
    calls = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def _routes(function: Function) -> list[str]:
    """Return the addresses that a function answers."""
    decorators = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    routing = [node for node in decorators if _called(node) & ROUTERS]
    return [ast.literal_eval(node.args[0]) for node in routing]


def _code_lines(module: Module) -> set[int]:
    """Return the numbers of the lines with code on them: no blanks, no comments."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    return {
        line
        for token in tokens
        if token.type not in silent
        for line in range(token.start[0], token.end[0] + 1)
    }


def _length(function: Function, code: set[int]) -> int:
    """Count the lines of code of a function, its docstring not among them."""
    said = function.body[0] if ast.get_docstring(function) else None
    docstring = range(said.lineno, (said.end_lineno or said.lineno) + 1) if said else range(0)
    return len((code & set(range(function.lineno, (function.end_lineno or 0) + 1))) - set(docstring))


@cache
def _lengths() -> dict[str, int]:
    return {
        f"{module.name}:{function.lineno} {function.name}": _length(function, code)
        for module in _modules()
        for code in [_code_lines(module)]
        for function in module.functions()
    }


def _templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def _ours() -> Iterator[Path]:
    """Go through every file of the repository."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in {".ci", ".npmrc"} for part in parts[:-1])
        if path.is_file() and not hidden and not NOT_OURS & set(parts):
            yield path


# Who may do what ----------------------------------------------------------------------------------------------------


def test_only_the_edges_commit() -> None:
    committing = {module.name for module in _modules() if "commit" in _called(module.tree)}
    assert {name for name in committing if not name.endswith(("views.py", "api.py"))} <= EDGES


def test_every_page_of_one_thing_finds_it_for_who_asks() -> None:
    careless = [f"{module.name} {view.name}" for module in _modules() for view in _careless_views(module)]
    assert careless == []


def _careless_views(module: Module) -> list[Function]:
    helpers = {function.name: _called(function) for function in module.functions()}
    of_one_thing = [view for view in module.views() if any("<" in route for route in _routes(view))]
    return [view for view in of_one_thing if not any(map(FINDERS.search, _reached(view, helpers)))]


def _reached(view: Function, helpers: dict[str, set[str]]) -> set[str]:
    called = _called(view)
    return called.union(*(helpers.get(name, set()) for name in called))


def _planted(code: str) -> Module:
    return Module(CODE / "planted" / "views.py", code, ast.parse(code))


@pytest.mark.parametrize(
    ("body", "careless"),
    [("show(pick(number))", 1), ("show(find_date(number))", 0), ("show(_own(number))", 0)],
)
def test_a_careless_page_would_be_seen(body: str, careless: int) -> None:
    code = f'@pages.get("/dates/<int:number>")\ndef date(number):\n    {body}\n'
    helper = "def _own(number):\n    return person_by_token(number)\n"
    assert len(_careless_views(_planted(code + helper))) == careless


def test_pages_fetch_nothing_by_themselves() -> None:
    fetching = {
        "select",
        "execute",
        "scalar",
        "scalars",
        "get_one",
        "query",
        "get_or_404",
        "delete",
        "insert",
    }
    found = {module.name: _called(module.tree) & fetching for module in _modules() if module.is_edge}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_consequences_are_calls_and_no_events() -> None:
    listening = re.compile(r"listens_for|event\.listen|import event\b|blinker|flask\.signals|\.connect_via\(")
    assert {module.name for module in _modules() if listening.search(module.text)} == {"db.py"}


@pytest.mark.parametrize(
    "asking", ["datetime.now(", "utcnow", "date.today", "func.now", "time.time(", "CURRENT_"]
)
def test_nobody_but_the_clock_asks_the_time(asking: str) -> None:
    assert {module.name for module in _modules() if asking in module.text} <= {"clock.py"}


# Sizes --------------------------------------------------------------------------------------------------------------


def test_functions_are_short() -> None:
    lengths = sorted(_lengths().values())
    nine_tenths = lengths[len(lengths) * 9 // 10]
    figures = f"{len(lengths)} functions: median {median(lengths)}, nine tenths within {nine_tenths}"
    longest = sorted(_lengths().items(), key=lambda item: -item[1])[:5]
    assert median(lengths) <= 6, f"{figures}, longest {longest}"
    assert nine_tenths <= 20, f"{figures}, longest {longest}"
    assert lengths[-1] <= 40, f"{figures}, longest {longest}"


def test_views_are_at_most_twenty_lines() -> None:
    names = {f"{module.name}:{view.lineno} {view.name}" for module in _modules() for view in module.views()}
    assert len(names) > 30
    assert {name: _lengths()[name] for name in names if _lengths()[name] > 20} == {}


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lines = {module.name: module.text.count("\n") for module in _modules("scheduler", "tests")}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_nobody_takes_more_than_five_parameters_by_place() -> None:
    many = [
        f"{module.name} {function.name}"
        for module in _modules()
        for function in module.functions()
        if _places(function) > 5
    ]
    assert many == []


def _places(function: Function) -> int:
    names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
    return len([name for name in names if name not in {"self", "cls"}])


def test_code_is_counted_without_docstring_comments_and_blanks() -> None:
    code = 'def f(a):\n    """Say."""\n    # why\n\n    return (\n        a\n    )\n'
    module = _planted(code)
    assert [_length(function, _code_lines(module)) for function in module.functions()] == [4]


# Words --------------------------------------------------------------------------------------------------------------


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.name for module in _modules("scheduler", "tests", "migrations") if _says_nothing(module)]
    assert silent == []


def _says_nothing(module: Module) -> bool:
    return module.text.strip() != "" and ast.get_docstring(module.tree) is None


def test_whatever_others_use_is_described() -> None:
    silent = [f"{module.name} {name}" for module in _modules() for name in _undescribed(module.tree)]
    assert silent == []


def _undescribed(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            if ast.get_docstring(child) is None:
                yield child.name
            if isinstance(child, ast.ClassDef):
                yield from _undescribed(child)


def test_nothing_is_left_to_do() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b" + "|NotImplemented" + "Error")
    texts = {module.name: module.text for module in _modules("scheduler", "migrations")}
    assert [name for name, text in texts.items() if left.search(text)] == []


# What is never written ----------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.S)
# A block of JSON-LD is data: no browser runs it, and `tojson` lets nothing end it.
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:"
    r"|<script(?![^>]*\ssrc=)(?! type=\"application/ld\+json\">\s*</script>)",
    re.I,
)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape|Markup\(")


@pytest.mark.parametrize("template", _templates(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_script_no_style_and_nothing_unescaped(template: Path) -> None:
    text = template.read_text()
    assert INLINE.findall(PLACEHOLDER.sub("", text)) == []
    assert UNESCAPED.findall(text) == []


def test_one_function_alone_makes_markup_and_escapes_first() -> None:
    making = re.compile(r"(?<!import )\bMarkup\(.*|render_template_string.*|from_string\(.*")
    found = {module.name: making.findall(module.text) for module in _modules()}
    assert {name: lines for name, lines in found.items() if lines} == {
        "page_words.py": ["Markup(linked)  # noqa: S704  # escaped one line above"]
    }


# Written in two pieces, so that this file does not name them either.
INDEXES = ["".join(pieces) for pieces in (
    ("pypi", ".org"), ("python", "hosted.org"), ("npm", "js."), ("yarn", "pkg."), ("js", "delivr"), ("un", "pkg.com"),
    ("cdn", "js."), ("crates", ".io"), ("ruby", "gems"), ("deb.debian", ".org"), ("--index", "-url"),
    ("--extra-index", "-url"), ("--find", "-links"), ("proxy.go", "lang"),
)]  # fmt: skip


def test_no_file_names_a_package_index() -> None:
    naming = re.compile("|".join(map(re.escape, INDEXES)).encode(), re.I)
    files = list(_ours())
    assert len(files) > 100
    assert [str(path.relative_to(ROOT)) for path in files if naming.search(path.read_bytes())] == []


def test_the_list_of_requirements_holds_names_and_hashes_only() -> None:
    lists = sorted((ROOT / "requirements").glob("*.txt"))
    assert lists
    assert [
        path.name for path in lists if "://" in path.read_text() or "--hash=sha256:" not in path.read_text()
    ] == []
