"""P-IMP1, the reader's part: a malformed spreadsheet gets rows or a reason in Chinese, quickly, in little memory."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from portal.kit.sheets_guard import LIMITS
from portal.kit.sheets_write import Col, write_table
from tests.corpus.sheets import CASES, EITHER, REFUSED, files

pytestmark = pytest.mark.promise("P-IMP1")
ROOT = Path(__file__).resolve().parents[2]
SECONDS, MB = 5, 300
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}.*[\u4e00-\u9fff]{2}")


def _read_all(folder: Path) -> dict[str, dict]:
    """Each file's answer, by file name, from one child process that measures itself."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.corpus.reading", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, f"the reader died after {len(told)} files: {done.stderr[-2000:]}"
    return told


def test_every_malformed_file_is_answered(tmp_path, figure):
    names = {}
    for number, (case, content) in enumerate(files()):
        name = f"{number:03d}-{case.name}--{case.file}"
        (tmp_path / name).write_bytes(content)
        names[name] = case
    told = _read_all(tmp_path)
    assert len(names) >= 60
    assert set(told) == set(names)
    wrong = []
    for name, case in names.items():
        answer = told[name]
        right = case.answer in {EITHER, answer["answer"]} and case.says in answer["words"]
        if answer["answer"] == REFUSED or case.answer == REFUSED:
            right = right and bool(_CHINESE.search(answer["words"]))
        if not right:
            wrong.append((name, answer))
    slowest, largest = max(line["seconds"] for line in told.values()), max(line["mb"] for line in told.values())
    figure("malformed files", len(names), wanted="≥ 60")
    figure("answered wrongly or not in Chinese", len(wrong), wanted="0")
    figure("slowest file, CPU time", slowest, "s", wanted=f"≤ {SECONDS} s")
    figure("largest memory for a file", largest, "MB", wanted=f"≤ {MB} MB")
    assert not wrong
    assert slowest <= SECONDS
    assert largest <= MB


def test_a_roster_of_normal_size(tmp_path, figure, full_size):
    """50,000 rows are normal and must pass the same guards."""
    rows = 50_000 if full_size else 5_000
    columns = [Col("a", "姓名"), Col("b", "证件号"), Col("c", "手机号"), *(Col(str(n), f"列{n}") for n in range(17))]
    path = tmp_path / "000--花名册.xlsx"
    write_table(path, columns, ([f"张三{n}", "310101199001012042", "13812341234", *["上海"] * 17] for n in range(rows)))
    told = _read_all(tmp_path)[path.name]
    figure(f"reading a good roster of {rows} rows x 20 columns, CPU time", told["seconds"], "s", wanted="≤ 15 s")
    figure("memory for that", told["mb"], "MB", wanted=f"≤ {MB} MB")
    assert (told["answer"], told["rows"]) == ("rows", rows)
    assert told["seconds"] <= 15
    assert told["mb"] <= MB


@pytest.mark.parametrize("name", ["doctype", "zip_slip", "macro"])
def test_control_an_open_reader_takes_what_ours_refuses(name, tmp_path, figure):
    """Negative control: without the guard these files come in, so the refusals above are the guard's doing."""
    case = next(case for case in CASES if case.name == name)
    path = tmp_path / "x.xlsx"
    path.write_bytes(case.build())
    told = _read_all(tmp_path)["x.xlsx"]
    assert told["answer"] == REFUSED
    with CalamineWorkbook.from_path(path) as open_reader:
        figure(f"control: sheets an unguarded reader takes from {name}", len(open_reader.sheet_names), wanted="> 0")
        assert open_reader.sheet_names


def test_control_the_memory_is_really_measured(tmp_path):
    """Negative control: a file that the child must hold in memory shows in its figure."""
    (tmp_path / "000--a.csv").write_bytes("姓名,证件号\n".encode() + b"a,1\n" * 10)
    (tmp_path / "001--b.csv").write_bytes("姓名,证件号\n".encode() + b"a," * 1 + b"1\n" * 6_000_000)
    told = _read_all(tmp_path)
    assert told["001--b.csv"]["mb"] > told["000--a.csv"]["mb"] + 20
    assert LIMITS.file > 12_000_000
