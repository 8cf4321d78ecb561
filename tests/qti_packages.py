"""Packages of QTI for tests: made, and the official schemas that they are held to."""

from __future__ import annotations

from pathlib import Path

from gdquiz.exam.frozen import Exam
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import find_target

SCHEMAS = Path(__file__).resolve().parent.parent.parent / "shared" / "schemas"
QTI_1 = "qtiv1p2/ims_qtiasiv1p2.xsd"
SCHEMA = {
    "qti-2.1": "qtiv2p1/imsqti_v2p1.xsd",
    "qti-2.2": "qtiv2p2/imsqti_v2p2.xsd",
    "qti-3.0": "qtiv3p0/imsqti_asiv3p0_sbacv1p0_v1p0.xsd",
    "qti-1.2": QTI_1,
    "canvas": QTI_1,
}
MANIFEST = dict.fromkeys(SCHEMA, "imscp_v1p1.xsd") | {"qti-3.0": "qtiv3p0/imsqtiv3p0_imscpv1p2_v1p0.xsd"}
NEWER = ("qti-2.1", "qti-2.2", "qti-3.0")
OLDER = ("qti-1.2", "canvas")


def packaged(exam: Exam, target: str, folder: Path | None = None) -> bytes:
    pages = package(exam, find_target(target), [], folder)
    return b"".join(page.text.encode() if isinstance(page.text, str) else page.text for page in pages)
