#!/usr/bin/env bash
# Where jupyter_server is installed, each `import nbformat` (and each `import jsonschema`) compiles a grammar first.
#
# Guess:   an optional package for checking formats costs when a format is checked. nbformat, which reads and writes
#          JSON and validates by fastjsonschema, is imported in a tenth of a second, whatever else is installed.
# Seen:    jsonschema 4.26.0 imports rfc3987-syntax 1.1.0 as soon as it is imported itself, if it is there, and that
#          module parses the grammar of internationalised addresses with lark 1.3.1 each time, without a cache.
#          jupyter_events, which every jupyter_server needs, brings it by the extra jsonschema[format-nongpl].
#          nbformat 5.11.1 imports jsonschema: 0.1 s of processor time becomes about 2 s (14 to 20 times here).
# Matters: tools that only list servers or stop kernels mustn't import nbformat; whoever must (nbclient, papermill,
#          nbconvert, our runs) pays it once a process. It isn't nbformat that is slow.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
install() { "$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
cat > "$work/cost.py" <<'PYTHON'
import subprocess
import sys

code = "import time; t = time.process_time(); import nbformat; print(time.process_time() - t)"
runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(4)]
print(f"{min(float(run.stdout) for run in runs):.3f}")  # the first one writes the bytecode
PYTHON
cost() { "$work/env/bin/python" "$work/cost.py"; }

install nbformat==5.11.1 jsonschema==4.26.0 fastjsonschema==2.22.3
alone=$(cost)
install "jsonschema[format-nongpl]==4.26.0" rfc3987-syntax==1.1.0 lark==1.3.1
beside=$(cost)
echo "import nbformat: ${alone} s; with what jupyter_events brings: ${beside} s of processor time"

# The difference is this one module, which nothing has asked for: without it all is as before.
without=$("$work/env/bin/python" - <<'PYTHON'
import sys
import time

sys.modules["rfc3987_syntax"] = None
start = time.process_time()
import nbformat

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
nbformat.validate(notebook)
print(f"{time.process_time() - start:.3f}")
PYTHON
)
echo "without rfc3987_syntax alone, and a notebook validated: ${without} s"
python3 -c "import sys; a, b, c = map(float, sys.argv[1:]); sys.exit(not (b > 5 * a and c < b / 3))" \
  "$alone" "$beside" "$without"
echo "As described."
