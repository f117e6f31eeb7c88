"""The one place that loads WeasyPrint, so that the portal also runs where pango is not installed.

WeasyPrint opens the system's libraries when it is imported and fails without them; here that is a value to ask for.
"""

import ctypes.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

from PIL import ImageFile

try:
    import weasyprint as _weasyprint
except (ImportError, OSError):  # OSError: cffi did not find a system library
    _weasyprint = None

weasyprint: ModuleType | None = _weasyprint

# WeasyPrint tells Pillow, for the whole process, to fill in what is missing of a broken picture. Then a half-sent
# upload would pass as a good one in every process that also makes papers.
ImageFile.LOAD_TRUNCATED_IMAGES = False

# Debian's package, and the library it brings; harfbuzz-subset is not fatal but 30 times slower without
_LIBRARIES = {
    "libpango-1.0-0": "pango-1.0",
    "libpangoft2-1.0-0": "pangoft2-1.0",
    "libharfbuzz-subset0": "harfbuzz-subset",
}
_FONTS = {"fonts-noto-cjk": "Noto Serif CJK SC"}


def available() -> bool:
    """Whether a PDF can be made at all."""
    return weasyprint is not None


def missing_libraries() -> list[str]:
    """Debian packages to install before PDFs come out, and quickly."""
    return [package for package, library in _LIBRARIES.items() if ctypes.util.find_library(library) is None]


def missing_fonts() -> list[str]:
    """Debian packages of fonts without which Chinese comes out as empty boxes, silently."""
    tool = shutil.which("fc-list")
    if tool is None:
        present = any(Path("/usr/share/fonts").rglob("NotoSerifCJK*"))
        return [] if present else list(_FONTS)
    listing = subprocess.run([tool, ":", "family"], capture_output=True, text=True, check=False, timeout=20).stdout
    return [package for package, family in _FONTS.items() if family not in listing]
