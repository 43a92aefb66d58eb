"""Sigima's processing functions, as DataLab runs them; no workspace in it.

``_registry`` and ``_several`` say what can be run, ``_parameters`` and
``_parameter_sets`` with what, ``_plan`` and ``_jobs`` what becomes of a request,
``_executors`` runs many, by threads (``_pool``, ``_crew``) or elsewhere, ``_tasks`` says what does so in no order; ``_records`` knows DataLab's
record of what ran, ``_geometry`` moves what was found with the pixels.
"""

from datalab_kernel.compute._catalog import FunctionInfo, all_functions, described
from datalab_kernel.compute._executors import Executor, executor_of_client, run_all
from datalab_kernel.compute._executors import make as make_executor
from datalab_kernel.compute._job_values import job_values, jobs_of_values
from datalab_kernel.compute._jobs import Job, Output, prepared, run
from datalab_kernel.compute._operand_units import AS_THEY_ARE, check_units
from datalab_kernel.compute._parameter_sets import values_of
from datalab_kernel.compute._parameters import Parameter, plain_value
from datalab_kernel.compute._plan import Request, plan
from datalab_kernel.compute._pool import number_of_cores
from datalab_kernel.compute._records import (
    ANALYSIS,
    UUID,
    Record,
    is_of_same_step,
    read_record,
    record_in,
    recorded_values,
    uuid_of,
    write_record,
)
from datalab_kernel.compute._registry import filed_as
from datalab_kernel.compute._source import Source
from datalab_kernel.compute._tasks import Finished, Outcome, RunsTasks, Tasks, WorkerLostError
from datalab_kernel.objects._results import put_result, results_of

__all__ = [
    "ANALYSIS",
    "AS_THEY_ARE",
    "UUID",
    "Executor",
    "Finished",
    "FunctionInfo",
    "Job",
    "Outcome",
    "Output",
    "Parameter",
    "Record",
    "Request",
    "RunsTasks",
    "Source",
    "Tasks",
    "WorkerLostError",
    "all_functions",
    "check_units",
    "described",
    "executor_of_client",
    "filed_as",
    "is_of_same_step",
    "job_values",
    "jobs_of_values",
    "make_executor",
    "number_of_cores",
    "plain_value",
    "plan",
    "prepared",
    "put_result",
    "read_record",
    "record_in",
    "recorded_values",
    "results_of",
    "run",
    "run_all",
    "uuid_of",
    "values_of",
    "write_record",
]
