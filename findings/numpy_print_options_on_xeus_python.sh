#!/usr/bin/env bash
# On xeus-python, numpy's print options and error state that a cell sets are gone in the next cell.
#
# Guess:   np.set_printoptions and np.seterr hold until somebody changes them, as their documentation says.
# Seen:    numpy 2.4.6 keeps both in context variables, and xeus-python 0.19.0 runs each cell as an asyncio task of
#          its own, with a copy of the context that is thrown away. The next cell prints with the defaults, in silence.
#          ipykernel 7.4.0 puts the context of a cell back, and prints as asked. Python's decimal behaves as numpy does.
# Matters: a kernel that runs cells as tasks must carry the variables that a cell changed over to the next.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check \
  numpy==2.4.6 xeus-python==0.19.0 ipykernel==7.4.0 jupyter_client==8.10.0
cat > "$work/cells.py" <<'PYTHON'
import sys

from jupyter_client.manager import start_new_kernel

CELLS = [
    "import decimal, numpy as np; np.set_printoptions(precision=2); decimal.getcontext().prec = 4; _ = np.seterr(divide='raise')",
    "print(np.array([1.23456789]), np.geterr()['divide'], decimal.Decimal(1) / 3)",
]
manager, client = start_new_kernel(kernel_name=sys.argv[1])
texts = []
for cell in CELLS:
    client.execute_interactive(
        cell,
        timeout=60,
        output_hook=lambda message: texts.append(message["content"].get("text", "")),
    )
client.stop_channels()
manager.shutdown_kernel(now=True)
print("".join(texts).strip())
PYTHON
for kernel in xpython python3; do
  JUPYTER_PATH="$work/env/share/jupyter" PATH="$work/env/bin:$PATH" \
    "$work/env/bin/python" "$work/cells.py" "$kernel" 2> /dev/null > "$work/$kernel.out"
  echo "$kernel: $(cat "$work/$kernel.out")"
done
grep -qx "\[1.23456789\] warn 0.3333333333333333333333333333" "$work/xpython.out"
grep -qx "\[1.23\] raise 0.3333" "$work/python3.out"
echo "As described."
