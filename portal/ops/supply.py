"""What the portal is built from: `make sbom`, `make licences`, `make audit`.

The audit is green only when every locked package was looked up and none has a known hole. A package that the service
does not know, or a service that does not answer, is "not audited".
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.txt"
SBOM = ROOT / "reports" / "sbom.json"
BIN = Path(sys.executable).parent
#: Licences that a union may run and hand on with its own code; the LGPL ones are linked, never changed.
ALLOWED = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|PSF|Python Software Foundation|ISC|MPL|LGPL(?:v\d)?|HPND|MIT-CMU|Unlicense|Zlib)\b"
    r"|Lesser General Public",
    re.IGNORECASE,
)


def locked(path: Path = LOCK) -> list[str]:
    """Names in the lock, in its order."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==", path.read_text(), re.MULTILINE | re.ASCII)
    return [name.lower() for name in found]


def unhashed(path: Path = LOCK) -> list[str]:
    """Pinned lines without a hash: anything could come in by them."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", path.read_text())
    return [block.split("==")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


def licence(name: str) -> str:
    """What the installed package says of itself; empty when it is not installed here (another system's)."""
    try:
        said = cast(Message, metadata.metadata(name))
    except metadata.PackageNotFoundError:
        return ""
    classed = [one.rpartition("::")[2].strip() for one in said.get_all("Classifier", []) if one.startswith("License")]
    first = (said.get("License") or "").strip().splitlines()[:1]
    return "; ".join(filter(None, [said.get("License-Expression") or "", *classed, *first])) or "unknown"


def refused() -> dict[str, str]:
    """Installed packages of the lock whose licence is not on the list."""
    found = {name: licence(name) for name in locked()}
    return {name: text for name, text in found.items() if text and not ALLOWED.search(text)}


@dataclass(frozen=True)
class Verdict:
    """What an audit came to."""

    wanted: int
    audited: int
    holes: tuple[str, ...] = ()
    why: str = ""

    @property
    def green(self) -> bool:
        return self.wanted > 0 and self.audited == self.wanted and not self.holes

    def __str__(self) -> str:
        if self.holes:
            return f"{len(self.holes)} known holes: {', '.join(self.holes)}"
        if self.audited < self.wanted or not self.wanted:
            return f"NOT AUDITED: {self.audited} of {self.wanted} packages were looked up. {self.why}".strip()
        return f"{self.audited} of {self.wanted} packages audited, no known hole"


def judge(names: list[str], answer: str, why: str = "") -> Verdict:
    """pip-audit's JSON against the lock; text that is no answer means that nothing was audited."""
    try:
        rows = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(len(names), 0, why=why.strip()[-200:])
    seen = {row["name"].lower() for row in rows if "skip_reason" not in row and "vulns" in row}
    holes = tuple(f"{row['name']} {one['id']}" for row in rows for one in row.get("vulns", []))
    return Verdict(len(names), len(seen & set(names)), holes)


def audit() -> Verdict:
    command = [str(BIN / "pip-audit"), "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        return Verdict(len(locked()), 0, why="the service does not answer")
    return judge(locked(), done.stdout, done.stderr)


def main(argv: list[str]) -> int:
    if argv == ["sbom"]:
        command = [str(BIN / "cyclonedx-py"), "requirements", str(LOCK), "--output-reproducible", "-o", str(SBOM)]
        subprocess.run(command, check=True, capture_output=True)
        sys.stdout.write(f"{SBOM}: {len(json.loads(SBOM.read_text())['components'])} components\n")
        return 0
    if argv == ["licences"]:
        for name in locked():
            sys.stdout.write(f"{name:<32}{licence(name) or 'not for this system'}\n")
        bad = refused()
        sys.stdout.write(f"not on the list: {', '.join(bad) or 'none'}\n")
        return 1 if bad else 0
    verdict = audit()
    sys.stdout.write(f"{verdict}\n")
    return 0 if verdict.green else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
