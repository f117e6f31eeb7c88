"""The papers that the handbook's people have lying beside them, by the file name that the text calls them."""

from collections.abc import Callable

from tests.factories.files import pdf_bytes
from tests.registry.rosters import person, workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _roster() -> bytes:
    """Three new members of one school, one of them with a document number that ends wrong."""
    rows = [person(n, "景谷实验中学") for n in range(3)]
    wrong = rows[2]["document_number"]
    rows[2]["document_number"] = wrong[:-1] + ("1" if wrong[-1] != "1" else "2")
    return workbook(rows)


PAPERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "扫描件.pdf": ("application/pdf", pdf_bytes),
    "名册.xlsx": (_XLSX, _roster),
}
