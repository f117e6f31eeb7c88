"""Errors of the API (RFC 9457): one shape for whatever goes wrong, in Chinese, with the number of the incident."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

PREFIX = "/api/"
MEDIA = "application/problem+json"
WORDS: dict[int, tuple[Any, Any]] = {
    400: (_("这个请求看不懂"), _("参数或内容读不了，什么都没有改动")),
    401: (_("要先登录"), _("请带上令牌：Authorization: Bearer …；或者先登录网页")),
    403: (_("这一步办不了"), _("以现在的身份没有这项权限，什么都没有改动")),
    404: (_("没有这一条"), _("可能地址不对，可能已经撤下，也可能不归这个身份看")),
    405: (_("不能这样用"), _("这个地址没有这种用法，可用的写在 Allow 里")),
    409: (_("现在不能这样办"), _("内容或状态已经变了，请取新的再办")),
    413: (_("内容太大了"), _("一次最多 20 MB，什么都没有存")),
    415: (_("格式不对"), _("这里收的格式见接口说明，什么都没有改动")),
    422: (_("内容不合要求"), _("改好 errors 里写的地方再交")),
    429: (_("请求太快了"), _("停一停，按 Retry-After 的秒数再来")),
    500: (_("这一步没办成"), _("是我们这边出了错，改动没有生效；请报编号")),
    503: (_("正在维护"), _("暂时不能办事，按 Retry-After 的秒数再来")),
}


def concerns(request: HttpRequest) -> bool:
    """Whether the request came to the API and wants its errors as problems."""
    return request.path.startswith(PREFIX)


def body(request: HttpRequest, status: int, detail: str = "", **more: Any) -> dict[str, Any]:
    """The problem as a dictionary; ``more`` is what the caller can act on: errors by field, findings, both sides."""
    title, usual = WORDS[status]
    told = {"type": "about:blank", "title": str(title), "status": status, "detail": str(detail or usual)}
    return {**told, "incident": getattr(request, "incident", ""), **more}


def response(request: HttpRequest, status: int, detail: str = "", **more: Any) -> JsonResponse:
    """The problem as an answer, for whatever is refused before a view runs."""
    answer = JsonResponse(
        body(request, status, detail, **more),
        status=status,
        content_type=MEDIA,
        json_dumps_params={"ensure_ascii": False},
    )
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer
