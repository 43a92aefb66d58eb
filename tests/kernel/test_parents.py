"""Which cell a program's output belongs to, where the program says so, by ipykernel's names for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.kernel.bare import fails_on_bare_xpython, on_both_kernels, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

WORKER = """
import queue, threading
jobs = queue.Queue()
def work():
    while (job := jobs.get()) is not None:
        parent, text = job
        token = get_ipython().set_thread_parent(parent)
        print(text)
        display(text)
        get_ipython().reset_thread_parent(token)
        jobs.task_done()
threading.Thread(target=work, daemon=True).start()
"""


@only_ours("bare xpython has no such name")
def test_a_worker_thread_prints_in_the_cell_whose_job_it_does(watch: Watch) -> None:
    start = watch.run(WORKER)
    cell = watch.run("jobs.put((get_ipython().get_parent(), 'done')); jobs.join()")
    assert (start.ename, cell.ename) == ("", "")
    assert (start.text(), cell.text()) == ("", "done\n")
    assert [one["data"]["text/plain"] for one in cell.of("display_data")] == ["'done'"]


@fails_on_bare_xpython("it takes no channel")
def test_the_request_of_a_channel_can_be_asked_for(watch: Watch) -> None:
    cell = watch.run("print(get_ipython().kernel.get_parent('shell')['header']['msg_id'])")
    assert cell.text() == f"{cell.request}\n"


@only_ours("bare xpython has no such name")
def test_a_cell_that_says_where_it_prints_says_so_for_itself_alone(watch: Watch) -> None:
    first = watch.run("first = get_ipython().get_parent()")
    second = watch.run("get_ipython().set_parent(first); print('there')")
    third = watch.run("print('here')")
    watch.until(lambda: first.text() != "")
    assert [cell.text() for cell in (first, second, third)] == ["there\n", "", "here\n"]


@on_both_kernels()
def test_a_program_can_ask_which_cell_of_the_notebook_it_is(watch: Watch) -> None:
    code = "request = get_ipython().kernel.get_parent(); print(request['metadata'].get('cellId'))"
    content = {"code": code, "silent": False, "stop_on_error": False}
    named = watch.send("execute_request", content, metadata={"cellId": "7f", "other": 1})
    assert watch.finish(named)[0].text() == "7f\n"
    assert watch.run(code).text() == "None\n"
    fields = {"msg_id", "msg_type", "session", "username", "date", "version"}
    assert watch.run(f"print({{*request['header']}} == {fields})").text() == "True\n"
