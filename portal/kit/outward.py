"""A POST to an address that somebody typed: only into the open internet, never back into the house (SSRF).

The name is resolved once, every address it has is looked at, and the connection goes to the very address that was
looked at; redirects are not followed, and of the answer only its status is read.
"""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.kit.refusal import Refused

SECONDS = 8.0


class Unreached(Exception):
    """The other side did not take it; the text is short and holds nothing secret."""


def inner(host: str, port: int) -> bool:
    """Hosts of our own network that the operator allows by name: ``WEBHOOK_INNER_HOSTS``; these may be plain http."""
    return f"{host}:{port}" in settings.WEBHOOK_INNER_HOSTS


def parts(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, path with query) of an address that we would send to. Raises Refused."""
    try:
        found = urlsplit(url.strip())
        host, port = found.hostname or "", found.port or (443 if found.scheme == "https" else 80)
    except ValueError:
        raise Refused(_("这个地址读不了"), "url") from None
    if not host or found.scheme not in ("https", "http") or found.username or found.password or found.fragment:
        raise Refused(_("要写成 https://主机/路径，不带用户名和 #"), "url")
    if found.scheme == "http" and not inner(host, port):
        raise Refused(_("只发到 https 的地址"), "url")
    return found.scheme, host, port, (found.path or "/") + (f"?{found.query}" if found.query else "")


def address(host: str, port: int) -> str:
    """The address to connect to. Raises Unreached where the name is unknown or any of its addresses is not public."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise Unreached(_("找不到这个主机")) from None
    if not inner(host, port) and not all(map(_public, found)):
        raise Unreached(_("主机在内网，不发"))
    return min(found)


def _public(text: str) -> bool:
    one = ipaddress.ip_address(text.partition("%")[0])
    one = getattr(one, "ipv4_mapped", None) or one
    return one.is_global and not one.is_multicast


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send; returns the status. Raises Refused for an address we never send to, Unreached when nothing came back."""
    scheme, host, port, path = parts(url)
    raw = None
    try:
        raw = socket.create_connection((address(host, port), port), SECONDS)
        if scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = raw
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except TimeoutError:
        raise Unreached(_("没有回音")) from None
    except ssl.SSLError:
        raise Unreached(_("证书不对")) from None
    except (OSError, http.client.HTTPException):
        raise Unreached(_("连不上")) from None
    finally:
        if raw is not None:
            raw.close()
