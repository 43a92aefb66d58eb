"""Text that is no valid Unicode, as the names of files on disk may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

ODD = "class Odd:\n    def __repr__(self): return 'a\\udc80'\n"
THREAD = """\
import threading
t = threading.Thread(target=lambda: display(Odd()))
t.start(); t.join()
"""
SIGN = "a\N{REPLACEMENT CHARACTER}"
NO_ANSWER = "bare xpython never answers some of these cells"


@only_ours(NO_ANSWER)
@pytest.mark.parametrize(
    ("code", "msg_type"),
    [
        (f"{ODD}Odd()", "execute_result"),
        (f"{ODD}display(Odd())", "display_data"),
        (f"{ODD}h = display(1, display_id='odd'); h.update(Odd())", "update_display_data"),
        (f"{ODD}{THREAD}", "display_data"),
    ],
)
def test_what_is_shown_has_a_replacement_sign(watch: Watch, code: str, msg_type: str) -> None:
    cell = watch.run(code)
    assert [one["data"]["text/plain"] for one in cell.of(msg_type)] == [SIGN]
    assert cell.reply["content"]["status"] == "ok"


@only_ours(NO_ANSWER)
def test_an_error_about_a_file_with_such_a_name_is_shown(watch: Watch) -> None:
    cell = watch.run("import os; open(os.fsdecode(b'/nowhere/a\\x80'))")
    assert cell.ename == "FileNotFoundError"
    assert cell.reply["content"]["ename"] == "FileNotFoundError"
    (cell.of("error")[0]["evalue"] + "".join(cell.of("error")[0]["traceback"])).encode()


@only_ours(NO_ANSWER)
def test_questions_and_answers_take_it(watch: Watch) -> None:
    asking = watch.start("input('a\\udc80')", user_expressions={"odd": "Odd()"})
    watch.until(lambda: bool(watch.asked))
    assert watch.asked[-1]["content"]["prompt"] == SIGN
    watch.kernel.client.input("x")
    cell = watch.finish(asking)[0]
    assert cell.reply["content"]["status"] == "ok"
    assert watch.run("get_ipython().set_next_input('a\\udc80')").reply["content"]["payload"] == [
        {"source": "set_next_input", "text": SIGN, "replace": False}
    ]


@only_ours(NO_ANSWER)
def test_a_reply_that_cant_be_sent_is_an_error_and_not_silence(watch: Watch) -> None:
    write = "get_ipython().payload_manager.write_payload"
    cell = watch.run(f"{write}({{'source': 'any', 'object': object()}})")
    assert "reply can't be sent" in cell.reply["content"]["evalue"]
    assert watch.run("1").reply["content"]["status"] == "ok"
