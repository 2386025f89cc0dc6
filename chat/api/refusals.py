"""Why a request is refused, in the shape that its address promises: OpenAI's below /v1/, the contract's anywhere else."""

from chat.contract import Identity, JsonObject, error_object

OPENAI_ROUTES = "/v1/"
# What OpenAI's clients tell errors apart by, beside the status; of others the type says enough.
_CODES = {
    401: "invalid_api_key",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "unsupported_media_type",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}


def refusal_object(path: str, status: int, message: str, id: Identity = None) -> JsonObject:
    """The body of a response that is no answer. id: the request's own, where it had one."""
    return openai_error(status, message) if path.startswith(OPENAI_ROUTES) else error_object(message, id)


def openai_error(status: int, message: str, *, param: str | None = None, code: str | None = None) -> JsonObject:
    """OpenAI's error object. param: the parameter that is wrong, where one is."""
    kind = "rate_limit_error" if status == 429 else "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code or _CODES.get(status)}}
