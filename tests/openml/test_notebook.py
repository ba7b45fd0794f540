"""The example, executed as a notebook in a process of its own against the loopback server."""

import pytest

from tests.openml.loopback import API_KEY


@pytest.mark.slow
def test_example_as_a_notebook(tmp_path):
    pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    from tests.openml.notebook import execute

    server = execute(tmp_path / "openml_task.ipynb")
    notebook = nbformat.read(tmp_path / "openml_task.ipynb", as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "error"]
    said = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    assert "<OpenML task 59, 10 splits, data set 61: iris, 150 rows" in said
    assert "iris comes from the cache" in said
    assert "data set 1461 (description) is not in the cache" in said
    assert "4 evaluations on 2 tasks; failed: {}" in said
    assert "30 trials in its trace" in said
    assert f"published: {server.base}/r/" in said
    assert API_KEY not in said
    (run,) = server.world.runs.values()
    assert set(run["files"]) == {"description", "predictions", "trace"}


def test_example_is_a_notebook():
    from tests.openml.notebook import ROOT
    from tests.test_notebook import load_maker

    source = (ROOT / "examples/openml_task.py").read_text()
    cells = list(load_maker().cells_of(source))
    assert cells[0][1].startswith("# OpenML: tasks in")
    code = "\n".join(text for kind, text in cells if kind == "code")
    compile(code, "notebook", "exec")
    assert "cross_validate(clf, task.X, task.y, cv=task.cv" in code
