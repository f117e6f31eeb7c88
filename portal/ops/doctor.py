"""`make doctor`: which system packages are missing and what for; `--install` gets them with apt when we are root."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "/Library/Fonts")
CJK_FONTS = ("NotoSansCJK*", "NotoSerifCJK*", "SourceHanS*")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Need:
    """A Debian package, what it is for, and how to see whether it is there."""

    package: str
    purpose: str
    present: Callable[[], bool]


def library(name: str) -> Callable[[], bool]:
    """Whether the dynamic linker finds this library."""

    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def has_cjk_font() -> bool:
    """A Chinese font that covers rare characters in names; without one a PDF shows empty boxes and no error."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob(pattern), None) for folder in folders if folder.is_dir() for pattern in CJK_FONTS)


def browser() -> str | None:
    """The Chromium that the browser tests drive."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


PDF = (
    Need("libpango-1.0-0", "PDF: text layout", library("libpango-1.0.so.0")),
    Need("libpangoft2-1.0-0", "PDF: fonts", library("libpangoft2-1.0.so.0")),
    Need(
        "libharfbuzz-subset0", "PDF: without it a page takes 15 s instead of 0.3 s", library("libharfbuzz-subset.so.0")
    ),
    Need("fonts-noto-cjk", "PDF: Chinese characters, without it they are empty boxes", has_cjk_font),
)
TESTS = (Need("chromium", "browser tests", lambda: browser() is not None),)


def main(argv: list[str]) -> int:
    """Report; with `--install` also install. `pdf` or `tests` narrow it to what that use needs."""
    wanted = PDF if "pdf" in argv else PDF + TESTS
    missing = [need for need in wanted if not need.present()]
    if missing and "--install" in argv and can_install():
        install([need.package for need in missing])
        missing = [need for need in missing if not need.present()]
    if "--quiet" not in argv:
        for need in wanted:
            sys.stdout.write(f"{'missing' if need in missing else 'ok':<8}{need.package:<22}{need.purpose}\n")
    if not missing:
        return 0
    packages = " ".join(need.package for need in missing)
    sys.stdout.write(f"\nTo install:  sudo apt-get install -y --no-install-recommends {packages}\n")
    # the portal works without PDF and says so on the pages concerned; tests do not pass without their tools
    return 0 if "pdf" in argv else 1


def can_install() -> bool:
    """Whether apt is here and may be used."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """apt, quietly; its own message is shown when it fails."""
    sys.stdout.write(f"installing system packages: {' '.join(packages)}\n")
    sys.stdout.flush()
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", *packages],
    ):
        done = subprocess.run(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            sys.stdout.write(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
