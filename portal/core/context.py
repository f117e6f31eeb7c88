"""What the current request is called, for records and error pages. Set by the middleware, empty in tasks."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
