"""A POST to an address that somebody typed: only into the open internet, never back into the house (SSRF).

The name is resolved once, every address it has is looked at, and the connection goes to the very address that was
looked at; redirects are not followed, and of the answer only its status is read.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.kit.refusal import Refused

SECONDS = 8.0
#: A part of a host's name is no longer (RFC 1035).
LABEL = 63


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
    if not url.strip().isascii() or max(map(len, host.split("."))) > LABEL:
        raise Refused(_("地址里只能有英文字母、数字和符号；中文域名写成 xn-- 的形式"), "url")
    if found.scheme == "http" and not inner(host, port):
        raise Refused(_("只发到 https 的地址"), "url")
    return found.scheme, host, port, (found.path or "/") + (f"?{found.query}" if found.query else "")


def address(host: str, port: int) -> str:
    """The address to connect to. Raises Unreached where the name is unknown or any of its addresses is not public."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Unreached(_("找不到这个主机")) from None
    if not inner(host, port) and not all(map(_public, found)):
        raise Unreached(_("主机在内网，不发"))
    return min(found)


def _public(text: str) -> bool:
    """Whether it is an address of the open internet, and so is every IPv4 address that is wrapped in it."""
    one = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(one, ipaddress.IPv4Address):
        return _open(one)
    if one.ipv4_mapped is not None:
        return _open(one.ipv4_mapped)
    wrapped = (one.sixtofour, *(one.teredo or ()))
    return _open(one) and all(_open(each) for each in wrapped if each is not None)


def _open(one: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """``reserved`` holds what gateways unpack (NAT64) and the old forms of IPv4 in IPv6."""
    return one.is_global and not one.is_multicast and not one.is_reserved


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send; returns the status. Raises Refused for an address we never send to, Unreached when nothing came back, also
    from somebody who answers one letter at a time: the whole of it may last ``SECONDS``.
    """
    scheme, host, port, path = parts(url)
    held: list[socket.socket] = []
    bell = threading.Timer(SECONDS, _hang_up, [held])
    bell.start()
    try:
        held.append(socket.create_connection((address(host, port), port), SECONDS))
        if scheme == "https":
            sealed = ssl.create_default_context().wrap_socket(
                held[0], server_hostname=host, do_handshake_on_connect=False
            )
            held.append(sealed)
            sealed.do_handshake()
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = held[-1]
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except TimeoutError:
        raise Unreached(_("没有回音")) from None
    except ssl.SSLCertVerificationError:
        raise Unreached(_("证书不对")) from None
    except (OSError, http.client.HTTPException):
        raise Unreached(_("连不上")) from None
    finally:
        bell.cancel()
        for one in held:
            one.close()


def _hang_up(held: list[socket.socket]) -> None:
    for one in held:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(one, socket.SHUT_RDWR)  # below the seal: whoever reads there finds the end
