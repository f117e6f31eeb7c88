"""Text files with rows, as other programs write them."""

from tests.corpus.cases import REFUSED, ROWS
from tests.corpus.cases import short as _short

C = "名单.csv"
_LINES = "姓名,证件号,手机号,入职日期\r\n方心宜,310101199001012042,13812341234,2015-09-01\r\n"
_short("csv_utf8", C, _LINES.encode, ROWS)
_short("csv_bom", C, lambda: b"\xef\xbb\xbf" + _LINES.encode(), ROWS)
_short("csv_gbk", C, lambda: (_LINES + "陆敏,1,2,3\r\n").encode("gb18030"), ROWS)
_short("csv_gbk_rare_name", C, lambda: _LINES.replace("方心宜", "方𫖮䶮").encode("gb18030"), ROWS)
_short("csv_utf16", C, lambda: _LINES.replace(",", "\t").encode("utf-16"), ROWS)
_short("csv_semicolons", C, lambda: _LINES.replace(",", ";").encode(), ROWS)
_short("csv_full_width_commas", C, lambda: _LINES.replace(",", "，").encode(), ROWS)
_short(
    "csv_mixed_encodings", C, lambda: _LINES.encode() + "陆敏，女\r\n".encode("gb18030") + b"\xff\xfe\xfa\r\n", REFUSED
)
_short("csv_nul", C, lambda: _LINES.encode() + "陆\0敏,1\r\n".encode(), REFUSED, "NUL")
_short("csv_binary", C, lambda: bytes(range(256)) * 40, REFUSED)
_short("csv_open_quote", C, lambda: _LINES.encode() + b'"' + "甲,乙\r\n".encode() * 20_000, REFUSED)
_short("csv_long_cell", C, lambda: _LINES.encode() + ("字" * 40_000 + ",1\r\n").encode(), REFUSED, "A3")
_short("csv_too_many_rows", C, (_LINES + "甲,1,2,3\r\n" * 70_000).encode, REFUSED, "60000")
_short("csv_too_many_rows_for_a_roster", C, (_LINES + "甲,1,2,3\r\n" * 200_100).encode, REFUSED, "0000")
_short("csv_too_many_columns", C, lambda: _LINES.encode() + b"1," * 100 + b"1\r\n", REFUSED, "列")
_short("csv_formula_text", C, (_LINES + "=cmd|' /C calc'!A0,1,2,3\r\n").encode, ROWS)
_short("csv_only_blank_lines", C, lambda: b"\r\n" * 500, REFUSED, "表头")
_short("csv_web_page", C, lambda: b"<!DOCTYPE html><html></html>", REFUSED, "文字")
_short("csv_scientific_id", C, lambda: _LINES.replace("310101199001012042", "3.10101E+17").encode(), ROWS)
