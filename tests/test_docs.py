"""The documentation names what the program has: parameters, commands, files, links."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from marchland.cli import app
from marchland.vocabulary import DRIVERS, OPEN_DRIVERS, OPEN_PARAMETERS, PARAMETERS, VOCABULARY

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "marchland"
CASE = PACKAGE / "cases" / "northeast-asia"
MODEL = ROOT / "docs" / "model.md"
WRITER = PACKAGE / "write.py"
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DATA_LICENSES.md")
PAGES = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
EQUATION = re.compile(r"^## ([EO]\d+[a-c]?) ", re.MULTILINE)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    """Sections of the model's page, by equation; the last ends with the page."""
    parts = EQUATION.split(read(MODEL))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchor(heading: str) -> str:
    """Anchor that a reader's browser gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links() -> list[tuple[str, str, str]]:
    """Local links and images: page, `!` for an image, and where it leads."""
    found = []
    for page in PAGES:
        for image, target in LINK.findall(FENCE.sub("", read(page))):
            if not re.match(r"\w+:", target):
                found.append((page.relative_to(ROOT).as_posix(), image, target))
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_parameter_stands_in_the_section_of_its_equation(name: str) -> None:
    equation = PARAMETERS[name].equation
    places = sections()
    assert equation in places, f"docs/model.md has no section {equation}"
    assert f"`{name}`" in places[equation], f"add `{name}` to section {equation} of docs/model.md"


def test_the_model_page_names_every_driver_switch_and_open_name() -> None:
    text = read(MODEL)
    wanted = {*DRIVERS, *VOCABULARY.switches}
    wanted |= {f"{prefix}*" for prefix in (*OPEN_DRIVERS, *OPEN_PARAMETERS)}
    missing = sorted(name for name in wanted if f"`{name}`" not in text)
    assert not missing, f"add to docs/model.md: {', '.join(missing)}"


def test_the_model_page_names_no_parameter_that_the_model_lacks() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", read(MODEL), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    unknown = [name for name in named if not VOCABULARY.knows_parameter(name)]
    known_otherwise = ["range", "more_than", "at_least", "less_than", "at_most"]
    assert [name for name in unknown if name not in known_otherwise] == []


def test_every_assertion_with_a_switch_is_carried_by_some_equation() -> None:
    with (CASE / "evidence" / "assertions.csv").open(encoding="utf-8", newline="") as file:
        carried = [row["id"] for row in csv.DictReader(file) if row["switch"]]
    text = read(MODEL)
    missing = [name for name in carried if not re.search(rf"\b{name}\b", text)]
    assert carried and not missing, f"docs/model.md: no equation carries {', '.join(missing)}"


def test_every_command_is_described() -> None:
    text = "\n".join(read(page) for page in PAGES)
    commands = [name for name in app if not name.startswith("-")]
    missing = [name for name in commands if f"marchland {name}" not in text]
    assert commands and not missing, f"README.md or docs: describe marchland {', '.join(missing)}"


def test_commands_in_the_readme_exist() -> None:
    named = set(re.findall(r"`marchland (\w+)|^marchland (\w+)", read(ROOT / "README.md"), re.M))
    assert {a or b for a, b in named} <= set(app)


def test_every_make_target_is_described() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", read(ROOT / "Makefile"), re.MULTILINE)
    text = read(ROOT / "README.md") + read(ROOT / "CONTRIBUTING.md")
    assert [t for t in targets.split() if f"make {t}" not in text] == []


def test_the_readme_lists_what_a_run_leaves() -> None:
    kinds = "html|json|csv|sqlite|md|bib|parquet|nc"
    written = set(re.findall(rf'"([\w-]+\.(?:{kinds}))"', read(WRITER)))
    listed = set(re.findall(r"^\| `(?:\w+/)?([\w-]+\.\w+)` \|", read(ROOT / "README.md"), re.M))
    assert written and written == listed


def test_the_readme_asks_the_questions_of_the_case() -> None:
    config: dict[str, Any] = YAML(typ="safe").load(CASE / "case.yaml")
    text = read(ROOT / "README.md")
    assert [q["text"] for q in config["questions"] if q["text"] not in text] == []


def test_the_python_of_the_readme_runs() -> None:
    for block in re.findall(r"^```python\n(.*?)^```$", read(ROOT / "README.md"), re.M | re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})


def test_counts_in_the_changelog() -> None:
    for word, name in (
        ("figures", "quantities"),
        ("events", "events"),
        ("assertions", "assertions"),
        ("targets", "targets"),
    ):
        with (CASE / "evidence" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.DictReader(file))
        assert f"{rows} {word}" in read(ROOT / "CHANGELOG.md")


@pytest.mark.parametrize(("page", "image", "target"), links())
def test_a_local_link_leads_somewhere(page: str, image: str, target: str) -> None:
    path, _, fragment = target.partition("#")
    file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
    if image and not file.exists():
        pytest.skip(f"{target} is a picture that has not been taken yet")
    assert file.is_relative_to(ROOT), f"{page}: {target} leads out of the repository"
    assert file.exists(), f"{page}: {target} leads nowhere"
    if fragment:
        anchors = [anchor(heading) for heading in HEADING.findall(FENCE.sub("", read(file)))]
        assert fragment in anchors, f"{page}: no heading #{fragment}"


def test_the_citation_is_that_of_the_package() -> None:
    citation: dict[str, Any] = YAML(typ="safe").load(ROOT / "CITATION.cff")
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    assert str(citation["version"]) == project["version"]
    assert citation["license"] == project["license"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert all(citation[key] for key in ("message", "title", "authors"))
    assert f"## [{project['version']}]" in read(ROOT / "CHANGELOG.md")
