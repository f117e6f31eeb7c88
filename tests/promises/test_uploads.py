"""P-FILE1: an upload is what it says, and harmless. Served with the right heads: see the tests of core's files."""

import io
import re
import unicodedata

import pytest
from PIL import Image

from portal.kit.refusal import Refused
from portal.kit.uploads import MAX_PIXELS, Checked, inspect
from tests.corpus.uploads import SCRIPT, SECRET, UPLOADS, Upload

pytestmark = pytest.mark.promise("P-FILE1")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")


def _faults(upload: Upload) -> list[str]:
    """What is wrong with the answer to one upload."""
    data = upload.build()
    try:
        checked = inspect(data, upload.name, kinds=upload.kinds)
    except Refused as refusal:
        if upload.kept:
            return [f"refused: {refusal}"]
        good = upload.says in str(refusal) and _CHINESE.search(str(refusal))
        return [] if good else [f"reason: {refusal}"]
    return [f"kept as {checked.suffix}"] if checked.suffix != upload.kept else _unclean(checked, data)


def _unclean(checked: Checked, sent: bytes) -> list[str]:
    faults = []
    name = checked.name
    if (
        "/" in name
        or "\\" in name
        or ".." in name
        or len(name.encode()) > 255
        or not name.endswith(f".{checked.suffix}")
    ):
        faults.append(f"name {name!r}")
    if any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in name) or '"' in name:
        faults.append(f"signs in name {name!r}")
    if checked.kind == "image":
        with Image.open(io.BytesIO(checked.data)) as image:
            left = [key for key in image.info if key not in {"jfif", "jfif_version", "jfif_unit", "jfif_density"}]
            if left or image.getexif():
                faults.append(f"metadata {left}")
        if SECRET in checked.data or SCRIPT in checked.data:
            faults.append("a secret or script is still inside")
    elif checked.data != sent:
        faults.append("paper was changed")
    return faults


def test_every_hostile_upload_gets_the_right_answer(figure):
    wrong = {upload.case: faults for upload in UPLOADS if (faults := _faults(upload))}
    figure("uploads", len(UPLOADS), wanted="≥ 40")
    figure("right answers", len(UPLOADS) - len(wrong), wanted=str(len(UPLOADS)))
    assert not wrong
    assert len(UPLOADS) >= 40
    assert sum(not upload.kept for upload in UPLOADS) >= 40


def test_a_turned_photo_stands_upright():
    upload = next(upload for upload in UPLOADS if upload.case == "place and camera in exif")
    checked = inspect(upload.build(), "x.jpg")
    assert (checked.width, checked.height) == (40, 60)


def test_control_the_libraries_alone_let_them_in(figure):
    """Negative control: what Pillow by itself would decode, and the metadata it would keep."""
    corpus = {upload.case: upload for upload in UPLOADS}
    with pytest.warns(Image.DecompressionBombWarning):
        huge = Image.open(io.BytesIO(corpus["12,000 x 12,000 png"].build()))
    out = io.BytesIO()
    with Image.open(io.BytesIO(corpus["place and camera in exif"].build())) as photo:
        photo.save(out, "JPEG", exif=photo.getexif())
    figure("control: million pixels Pillow opens with a warning only", huge.width * huge.height // 10**6, wanted="> 40")
    figure("control: secrets kept by a plain re-save", out.getvalue().count(SECRET), wanted="> 0")
    assert huge.width * huge.height > MAX_PIXELS
    assert SECRET in out.getvalue()


def test_control_the_check_sees_a_wrong_answer():
    """Negative control: the same check, with expectations turned round, must complain."""
    good, bad = UPLOADS[0], next(upload for upload in UPLOADS if not upload.kept)
    assert _faults(Upload("x", good.name, good.build, says="不可能"))
    assert _faults(Upload("x", bad.name, bad.build, kept="jpg"))
