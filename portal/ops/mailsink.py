"""A mail server that keeps what it gets and delivers nothing: `python -m portal.ops.mailsink PORT FOLDER`.

For trying out and for tests: `EMAIL_URL=smtp://127.0.0.1:2525 make demo`. Each mail is a file before it is answered.
"""

import asyncio
import signal
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Sink:
    """Writes mails down as they come, numbered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 # the library's name
        self.count += 1
        # the file is there before the sender hears so: a sender killed at this moment has sent
        (self.folder / f"{self.count:06d}.eml").write_bytes(envelope.original_content)
        subject = message_from_bytes(envelope.original_content).get("Subject", "")
        sys.stdout.write(f"{self.count} to {', '.join(envelope.rcpt_tos)} {subject}\n")
        sys.stdout.flush()
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    """Until SIGINT or SIGTERM."""
    loop, stopped, sink = asyncio.get_running_loop(), asyncio.Event(), Sink(folder)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", port)
    sys.stdout.write(f"mail to 127.0.0.1:{port} is kept in {folder}\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    asyncio.run(serve(int(given.get(1, "2525")), Path(given.get(2, "var/mailsink"))))
