"""The one error that the runner tells a person about without a traceback."""


class RunnerError(Exception):
    """Something that was asked for can't be done; the message says what, why and what to do next."""


class NoPythonError(RunnerError):
    """The machine has no Python of the series that an environment asks for."""
