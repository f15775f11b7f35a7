"""Compares two ways of removing who the patient is, element by element.

Usage: compare_deid.py SOURCE OURS

SOURCE is anonymised by dicomanonymizer (Kitware), which implements the Basic Profile of PS3.15 by itself; OURS is the
same file as Dokuei wrote it. Prints a line for each element that differs in kind: TAG KEYWORD theirs ours, where a kind is
gone, empty, changed or same. Fails when pydicom cannot read OURS or its pixels are others.
"""

import sys
import tempfile
from pathlib import Path

import pydicom
from dicomanonymizer import anonymize
from pydicom.dataset import Dataset


def flat(dataset: Dataset, path: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for element in dataset:
        name = f"{path}{element.tag.group:04X}{element.tag.element:04X}"
        if element.VR == "SQ":
            found[name] = len(element.value)
            for number, item in enumerate(element.value):
                found.update(flat(item, f"{name}/{number}/"))
        elif element.tag != 0x7FE00010:
            found[name] = element.value if not isinstance(element.value, bytes) else bytes(element.value)
    return found


def kind(source: object, made: dict[str, object], name: str) -> str:
    if name not in made:
        return "gone"
    value = made[name]
    if value in (None, "", b"", 0) or (hasattr(value, "__len__") and len(value) == 0):
        return "same" if source == value else "empty"
    return "same" if str(source) == str(value) else "changed"


source, ours = Path(sys.argv[1]), Path(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    theirs = Path(folder) / "theirs.dcm"
    anonymize(str(source), str(theirs), {}, True)
    read = [pydicom.dcmread(path, force=True) for path in (source, theirs, ours)]
    if "PixelData" in read[0] and bytes(read[0].PixelData) != bytes(read[2].PixelData):
        sys.exit("the pixels are others")
    before, by_them, by_us = (flat(one) for one in read)
    for name, value in before.items():
        if value in (None, "", b""):
            continue
        they, we = kind(value, by_them, name), kind(value, by_us, name)
        if we == "same" and str(value).startswith("1.2.840.10008."):
            # A kind of object says nothing of anybody, whatever becomes of it.
            continue
        if "/" in name and they == "empty":
            # It empties every element of a sequence of references; the table asks for other UIDs in it (X/Z/U*).
            continue
        if they != we:
            print(name, pydicom.datadict.keyword_for_tag(name[-8:]) or "-", they, we)
