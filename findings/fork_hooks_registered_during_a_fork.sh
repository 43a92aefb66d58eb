#!/usr/bin/env bash
# Importing h5py in a before-fork hook, or in a thread at that moment, makes that fork print errors.
#
# Guess:   os.register_at_fork during a fork counts from the next fork on.
# Seen:    h5py 3.16.0, numpy 2.4.6 (CPython 3.11.7). CPython copies the list of before-hooks when a fork begins and reads
#          those of after-hooks when it has forked. What h5py (and the standard library's logging) registers in between
#          has its after-hooks run without their before-hooks: each releases a lock that nobody holds, in the
#          parent and in the child ("RuntimeError: cannot release un-acquired lock", as "Exception ignored in").
#          Both go on, and the next fork is silent.
# Matters: whoever imports in the background must keep forks out of the import, not finish it in a hook.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check h5py==3.16.0 numpy==2.4.6
cat > "$work/fork.py" <<'PYTHON'
import os
import sys


def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)[1]


def import_late():
    import h5py  # registers hooks of its own


if "late" in sys.argv:
    os.register_at_fork(before=import_late)
else:
    import_late()
print("exit status of the first child:", fork(), "of the second:", fork(), flush=True)
PYTHON
for when in early late; do
  "$work/env/bin/python" "$work/fork.py" "$when" > "$work/$when.out" 2> "$work/$when.err"
  count=$(grep -c "RuntimeError: cannot release un-acquired lock" "$work/$when.err" || true)
  of_h5py=$(grep -c "_phil_after_fork" "$work/$when.err" || true)
  echo "h5py imported $when: $(cat "$work/$when.out"); RuntimeErrors printed: $count, lines that name h5py's hook: $of_h5py"
done
grep -q "child: 0 of the second: 0" "$work/early.out" && grep -q "child: 0 of the second: 0" "$work/late.out"
test ! -s "$work/early.err"
test "$(grep -c "RuntimeError: cannot release un-acquired lock" "$work/late.err")" -ge 2
grep -q "_phil_after_fork" "$work/late.err"
echo "As described."
