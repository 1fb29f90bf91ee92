"""Stripe's error objects."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """``status`` is of HTTP; the rest becomes the error object. What is wrong with a parameter is found before
    anything is done, and not kept under the request's key."""

    def __init__(self, status: int, type_: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = not (status == 400 and "param" in more)
        self.body: dict[str, Any] = {"error": {"type": type_, "message": message, **more}}


def invalid(message: str, code: str = "", **more: Any) -> ApiError:
    """400 invalid_request_error."""
    return ApiError(400, "invalid_request_error", message, **({"code": code} if code else {}), **more)


def missing(kind: str, object_id: str) -> ApiError:
    return ApiError(
        404, "invalid_request_error", f"No such {kind}: '{object_id}'", code="resource_missing", param="id"
    )


def known_only(params: dict[str, Any], *allowed: str) -> None:
    """Raises for a parameter that this call does not take."""
    for name in params:
        if name not in allowed:
            raise invalid(f"Received unknown parameter: {name}", "parameter_unknown", param=name)


def amount_of(params: dict[str, Any], name: str = "amount") -> int:
    text = str(params.get(name, ""))
    if not text.isdecimal() or int(text) < 1:
        raise invalid(f"Invalid positive integer: {text!r}", "parameter_invalid_integer", param=name)
    return int(text)
