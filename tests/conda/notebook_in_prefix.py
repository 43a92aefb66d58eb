"""Execute a notebook on the DataLab kernel of this very prefix; a prefix's Python runs it."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(
    notebook, kernel_name="datalab", timeout=240, resources={"metadata": {"path": str(Path.cwd())}}
).execute()
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
shown = [output.data for output in outputs if "data" in output]
assert "(True, " in shown[-1]["text/plain"], shown[-1]["text/plain"]
print("pictures:", sum("image/png" in data for data in shown))
