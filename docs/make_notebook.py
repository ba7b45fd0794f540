"""Make an executed notebook from an example script.

Usage: python docs/make_notebook.py examples/quickstart.py docs/notebooks/quickstart.ipynb
(needs the extra `notebook`).
"""

import sys
from pathlib import Path


def cells_of(source):
    """Yield ("markdown" or "code", text) for each cell of a sphinx-gallery script."""
    header, _, rest = source.partition('"""\n')[2].partition('"""\n')
    yield "markdown", _as_markdown(header)
    for block in rest.split("# %%\n"):
        lines = block.strip("\n").split("\n")
        n_prose = 0
        while n_prose < len(lines) and lines[n_prose].startswith("#"):
            n_prose += 1
        prose = "\n".join(line[1:].removeprefix(" ") for line in lines[:n_prose])
        if prose and block is not rest:
            yield "markdown", _as_markdown(prose)
        code = "\n".join(lines[n_prose:]).strip("\n")
        if code:
            yield "code", code


def _as_markdown(text):
    """Turn underlined titles into Markdown ones."""
    lines = text.strip("\n").split("\n")
    result = []
    for line in lines:
        if line and set(line) in ({"="}, {"-"}):
            if result:
                result[-1] = ("# " if line[0] == "=" else "## ") + result[-1]
            continue
        result.append(line)
    return "\n".join(result)


def main(source, target):
    """Build the notebook, run it, write it."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook()
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    for number, (kind, text) in enumerate(cells_of(Path(source).read_text())):
        cell = make[kind](text)
        cell["id"] = f"cell-{number}"  # a random one would change the file each time
        notebook.cells.append(cell)
    last = nbformat.v4.new_code_cell("clf")
    last["id"] = "display"
    notebook.cells.append(last)
    NotebookClient(notebook, timeout=600).execute()
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
