"""Every error of the project, and what each means to an HTTP client and to the worker.

ReelwrightError                 500  anything of ours
├── SettingsError               500  a setting is unknown or wrong: the process must not start
├── InvalidInput                422  the caller sent something unusable; names the field
├── NotFound                    404
│   └── Gone                    410  it was there, and will not come back
├── Conflict                    409  the state does not allow it
│   ├── PreconditionFailed      412  it has changed since the caller read it
│   └── PreconditionRequired    428  the caller must say which state it read
├── Unavailable                 503  a part we need is away; asking again later may work
└── JobError                    500  a generation attempt ended; its class decides what happens next
    ├── RetryableJobError            worth another attempt, after a backoff or when the provider says
    │   ├── PartAway                 a disk or a store is full or away: no fault of the job, so its subject is not blocked
    │   ├── LeaseLost                another worker holds the job: stop, write nothing
    │   └── QuotaSpent               nothing is wrong with the job: wait until the window resets, at no cost in retries
    └── PermanentJobError            the same input fails the same way: block the subject
        ├── SourceGone               what it is made of is not there now: no reel, and no block either
        │   └── PostingClosed        nobody can apply any more
        └── PoisonedJob              it takes down whoever touches it: block the subject until somebody looks
"""

from __future__ import annotations


class ReelwrightError(Exception):
    """Base of all our errors.

    `status` is the HTTP status, `code` a stable snake_case name, `title` a short human sentence.
    """

    status = 500
    code = "internal_error"
    title = "Something went wrong on our side"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class SettingsError(ReelwrightError):
    code = "settings_invalid"
    title = "A setting is unknown or wrong"


class InvalidInput(ReelwrightError):
    """The input cannot be used; `field` names the part, e.g. "text_prompt" or "line 12: title"."""

    status = 422
    code = "invalid_input"
    title = "The input is not valid"

    def __init__(self, message: str, *, field: str, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class NotFound(ReelwrightError):
    status = 404
    code = "not_found"
    title = "There is no such thing"


class Gone(NotFound):
    status = 410
    code = "gone"
    title = "It is no longer there"


class Conflict(ReelwrightError):
    status = 409
    code = "conflict"
    title = "The current state does not allow this"


class PreconditionFailed(Conflict):
    status = 412
    code = "precondition_failed"
    title = "It has changed since you read it"


class PreconditionRequired(Conflict):
    """RFC 6585, 3."""

    status = 428
    code = "precondition_required"
    title = "Say which version you change"


class Unavailable(ReelwrightError):
    status = 503
    code = "unavailable"
    title = "A part we need is not available"


class JobError(ReelwrightError):
    """A generation attempt ended without a reel. `stage` says where, once known."""

    code = "generation_failed"
    title = "The reel could not be made"
    retryable = False
    stage: str | None = None


class RetryableJobError(JobError):
    """`retry_after_s` is a provider's word on when to come back; it counts when it is longer than our backoff."""

    retryable = True

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: float = 0) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class PartAway(RetryableJobError):
    code = "part_away"
    title = "A part the worker needs is away or full"


class LeaseLost(RetryableJobError):
    code = "lease_lost"
    title = "Another worker holds this job now"


class QuotaSpent(RetryableJobError):
    """A budget of ours or of a provider's is used up until `retry_after_s` from now."""

    code = "quota_spent"
    title = "Today's budget is used up"


class PermanentJobError(JobError):
    retryable = False


class SourceGone(PermanentJobError):
    code = "source_gone"
    title = "What the reel is made of is not there now"


class PostingClosed(SourceGone):
    code = "posting_closed"
    title = "The posting is closed"


class PoisonedJob(PermanentJobError):
    code = "poisoned"
    title = "Every attempt at this job took its worker down"
