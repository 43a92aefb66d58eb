"""What may go wrong on the way to a door and back: four failures, whatever was sent.

What a failure means to a person is said by the door.
"""


class WireError(Exception):
    """Base of what may go wrong on the way; never shown to a person as it is."""


class NotReachedError(WireError):
    """There was no connection."""


class DroppedError(WireError):
    """The connection broke before the answer was there."""


class TimedOutError(WireError):
    """There was no whole answer in time."""


class MalformedError(WireError):
    """The answer isn't HTTP, is cut short or is too large."""
