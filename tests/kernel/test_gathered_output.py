"""What is printed at once is one message, soon, and stands where it was printed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch


@fails_on_bare_xpython("each argument and line end is a message of its own")
def test_prints_that_follow_each_other_are_one_message(watch: Watch) -> None:
    watch.run("1")
    text = "".join(f"{i}\n" for i in range(50))
    assert watch.run("for i in range(50): print(i)").streams == [("stdout", text)]


@pytest.mark.alone
@only_ours("bare xpython is as soon, a message for each piece")
def test_what_was_printed_is_shown_within_a_tenth_of_a_second(watch: Watch) -> None:
    code = "import time\nwhile True:\n    print(time.time())\n    time.sleep(0.25)"
    request = watch.start(code)
    delays: list[float] = []
    while len(delays) < 100 and len([one for one in delays if one < 0.1]) < 4:  # others are busy
        watch.until(lambda: len(watch.cell(request).streams) > len(delays))
        delays.append(time.time() - float(watch.cell(request).streams[len(delays)][1]))
    watch.kernel.interrupt()
    watch.finish(request)
    assert sorted(delays)[3] < 0.1


@fails_on_bare_xpython("an empty text is a message there")
@pytest.mark.parametrize("code", ["print('', end='')", "import sys; sys.stderr.write('');"])
def test_an_empty_text_is_no_message(watch: Watch, code: str) -> None:
    assert watch.run(code).types == []


@only_ours("bare xpython shows nothing of a child's that is run this way, or all twice")
def test_a_command_that_prints_nothing_shows_nothing(watch: Watch) -> None:
    assert watch.run("!true").streams == []


@fails_on_bare_xpython("it raises an error")
def test_text_that_is_no_unicode_is_shown_with_a_replacement_sign(watch: Watch) -> None:
    code = r"print('x\udc80y'); print('\ud83d\ude00'); import sys; print('\ud800', file=sys.stderr)"
    cell = watch.run(code)
    assert cell.text() == "x\ufffdy\n\U0001f600\n"
    assert cell.text("stderr") == "\ufffd\n"
    assert cell.ename == ""


ORDER = """
import sys
from IPython.display import clear_output
print('1'); print('2')
print('3', file=sys.stderr)
print('4')
display(5)
print('6')
clear_output()
print('7')
7 / 0
"""


def test_all_that_a_cell_shows_stands_in_its_order(watch: Watch) -> None:
    cell = watch.run(ORDER)
    shown = ["stream", "stream", "stream", "display_data", "stream", "clear_output", "stream"]
    assert cell.types == [*shown, "error"]
    assert "".join(text for _name, text in cell.streams) == "1\n2\n3\n4\n6\n7\n"


@only_ours("bare xpython knows no parent for threads")
def test_two_threads_and_a_cell_that_print_at_once_are_told_apart(watch: Watch) -> None:
    code = (
        "import threading, time\ndef work():\n    for _ in range(20):\n"
        "        print('{0}'); time.sleep(0.02)\nthread = threading.Thread(target=work)\n"
        "thread.start()\nfor _ in range(20):\n    print('{1}'); time.sleep(0.02)"
    )
    first = watch.start(code.format("a", "b"))
    second = watch.start(code.format("c", "d") + "\nthread.join()")
    cells = watch.finish(first, second)
    watch.settle(0.3)
    assert sorted(cells[0].text()) == sorted("a\nb\n" * 20)
    assert sorted(cells[1].text()) == sorted("c\nd\n" * 20)


def test_what_was_printed_is_shown_before_the_question(watch: Watch) -> None:
    request = watch.start("print('before'); input('?')", allow_stdin=True)
    watch.until(lambda: watch.asked)
    watch.until(lambda: watch.cell(request).text() == "before\n")
    watch.kernel.client.input("yes")
    watch.finish(request)
