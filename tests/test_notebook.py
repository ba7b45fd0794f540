"""The notebook's cells are the example's, in order."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load_maker():
    spec = importlib.util.spec_from_file_location("make_notebook", ROOT / "docs/make_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_cells_of_the_quickstart():
    source = (ROOT / "examples" / "quickstart.py").read_text()
    cells = list(load_maker().cells_of(source))
    assert cells[0] == ("markdown", cells[0][1])
    assert cells[0][1].startswith("# The main job")
    code = "\n".join(text for kind, text in cells if kind == "code")
    compile(code, "notebook", "exec")
    assert "clf.fit(X_train, y_train)" in code
    prose = "\n".join(text for kind, text in cells if kind == "markdown")
    assert "## Regression" in prose
    assert "# %%" not in code + prose
