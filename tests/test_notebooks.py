"""Every notebook runs from clean, shows again what it keeps, and defines nothing."""

import ast
import re

import nbformat
import pytest

from backtest import load_market
from backtest.cli.lookup import find_strategy
from tests.notebooks import FOLDER, NOTEBOOKS, executed

OWN = "05_your_own_thesis"  # the one that is about a class of its own
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|var|usr|opt|work|Users|private|mnt)/|[A-Z]:\\")
LARGEST = 450_000  # bytes
pytestmark = pytest.mark.skipif(not NOTEBOOKS, reason="the notebooks do not lie beside the tests")
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    """Return what a cell shows: texts without their spacing, of pictures that they are there."""
    kept = []
    for output in cell.outputs:
        if output.output_type == "error":
            texts = {"error": "\n".join(output.traceback)}
        else:
            texts = {"text": output.text} if output.output_type == "stream" else output.data
        kept.append(
            {
                kind: kind if "image" in kind else " ".join(text.split())
                for kind, text in texts.items()
            }
        )
    return kept


def test_there_are_six():
    stems = [path.stem for path in NOTEBOOKS]
    assert [stem[:2] for stem in stems] == ["01", "02", "03", "04", "05", "06"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Every notebook by its path, as it comes out of a kernel all share, and where each was run."""
    place = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "MPLBACKEND"):
            patch.setenv(name, "")  # both are put back
        return dict(zip(NOTEBOOKS, executed(NOTEBOOKS, place), strict=True)), place / "work"


@pytest.mark.filterwarnings("ignore")
@each
def test_it_runs_from_clean_and_shows_what_it_keeps(path, run):
    fresh, work = run
    stored = nbformat.read(path, as_version=4)
    for new, old in zip(code_cells(fresh[path]), code_cells(stored), strict=True):
        assert shown(new) == shown(old), (
            f"stale output; run python -m tests.notebooks:\n{old.source}"
        )
    assert list((work / path.stem).iterdir()) == []


@each
def test_it_imports_and_shows_and_defines_nothing(path):
    cells = code_cells(nbformat.read(path, as_version=4))
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell.source))]
    found = [node for node in nodes if isinstance(node, DEFINITIONS)]
    classes = [node for node in found if isinstance(node, ast.ClassDef)]
    if path.stem == OWN:
        assert len(classes) == 1
        found = [node for node in found if node not in [classes[0], *classes[0].body]]
    assert not found


@each
def test_it_is_short_and_says_where_its_market_and_the_next_one_are(path):
    notebook = nbformat.read(path, as_version=4)
    assert 8 <= len(notebook.cells) <= 14
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[1].source == 'MARKET = "sample"'
    assert "**synthetic**" in notebook.cells[0].source
    assert "## Where next" in notebook.cells[-1].source


@each
def test_its_outputs_hold_pictures_and_no_trace_of_a_machine(path):
    notebook = nbformat.read(path, as_version=4)
    cells = code_cells(notebook)
    outputs = [output for cell in cells for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert {output.output_type for output in outputs} <= {
        "execute_result",
        "display_data",
        "stream",
    }
    assert not [output for output in outputs if output.get("name") == "stderr"]
    texts = [text for cell in cells for kept in shown(cell) for text in kept.values()]
    assert any("synthetic" in text.lower() for text in texts)
    for text in texts:
        assert "Traceback" not in text
        assert "Warning" not in text
        assert not MACHINE.search(text)
        assert not re.search(r"\bat 0x[0-9a-f]+", text)


@each
def test_the_file_is_small_and_without_noise(path):
    notebook = nbformat.read(path, as_version=4)
    assert path.stat().st_size < LARGEST
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{number:02d}" for number in range(len(notebook.cells))
    ]
    assert not any(cell.metadata for cell in notebook.cells)
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_the_cell_with_the_class_is_a_file_the_shell_runs(tmp_path):
    notebook = nbformat.read(FOLDER / f"{OWN}.ipynb", as_version=4)
    (cell,) = (cell for cell in code_cells(notebook) if "\nclass " in cell.source)
    file = tmp_path / "my_thesis.py"
    file.write_text(cell.source, encoding="utf-8")
    (name,) = set(re.findall(r"my_thesis\.py:(\w+)", notebook.cells[-1].source))
    strategy = find_strategy(f"{file}:{name}", ["fall_bp=10"])
    market = load_market("sample").until("2016-12-30")
    assert set(strategy.regime(market)) == {"dividends", "market"}
    assert strategy.target_weights(market).notna().any(axis=None)
