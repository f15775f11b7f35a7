"""Compares all text of files, names in their three groups before all, with what pydicom decodes.

Usage: compare_text.py MANIFEST

Each line of MANIFEST is of a file: its path, and the file with our DICOM JSON of it, divided by a tab. Compared is every value
of PN, LO, SH, UC, LT, ST and UT, in sequences too. Blanks and NULs around a value are padding, and empty
components at the end of a name's group are none (PS3.5 6.2.1). What has the VR UN in the file, or is private and has none, stays UN in
JSON (PS3.18 F.2.7), whatever a dictionary says of it, and is left out. Prints a line for each that is
not the same, then how many were compared; where pydicom itself warns that it replaced what it could not decode, its answer
is no measure, and the line says so.
"""

import json
import sys
import warnings
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

TEXT = {"PN", "LO", "SH", "UC", "LT", "ST", "UT"}
PADDING = " \0"


def name_of(value) -> tuple[str, str, str]:
    """The three groups of a name."""
    if isinstance(value, dict):
        groups = [value.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")]
    else:
        groups = [str(group) for group in (value.alphabetic, value.ideographic, value.phonetic)]
    return tuple(group.strip(PADDING).rstrip("^" + PADDING) for group in groups)


def theirs(dataset: Dataset, above: str = "") -> dict[str, list]:
    """Values by path, as pydicom has them."""
    found = {}
    for element in dataset:
        path = f"{above}/{element.tag:08X}"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                found |= theirs(item, f"{path}[{number}]")
        elif element.VR in TEXT and element.value:
            values = element.value if element.VM > 1 else [element.value]
            found[path] = [
                name_of(value) if element.VR == "PN" else str(value).strip(PADDING).replace("\r\n", "\n") for value in values
            ]
    return found


def ours(attributes: dict, above: str = "") -> dict[str, list]:
    """The same of our JSON."""
    found = {}
    for tag, attribute in attributes.items():
        path = f"{above}/{tag}"
        if attribute["vr"] == "SQ":
            for number, item in enumerate(attribute.get("Value", [])):
                found |= ours(item, f"{path}[{number}]")
        elif attribute["vr"] in TEXT and "Value" in attribute:
            found[path] = [
                name_of(value or {}) if attribute["vr"] == "PN" else (value or "").strip(PADDING).replace("\r\n", "\n")
                for value in attribute["Value"]
            ]
    return found


def unknown(attributes: dict, above: str = "") -> set[str]:
    """The attributes of unknown VR in our JSON."""
    found = set()
    for tag, attribute in attributes.items():
        path = f"{above}/{tag}"
        if attribute["vr"] == "UN":
            found.add(path)
        elif attribute["vr"] == "SQ":
            for number, item in enumerate(attribute.get("Value", [])):
                found |= unknown(item, f"{path}[{number}]")
    return found


def main(manifest: Path) -> int:
    """How many values differ that should not."""
    compared, wrong = 0, 0
    for line in manifest.read_text().splitlines():
        path, written = line.split("\t")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            dataset = pydicom.dcmread(path, force=True)
            dataset.decode()
            here = theirs(dataset)
        guessed = any("character set" in str(one.message) or "decode" in str(one.message) for one in told)
        made = json.loads(Path(written).read_text())
        there, left_out = ours(made), unknown(made)
        for tag, value in here.items():
            if not any(any(one) if isinstance(one, tuple) else one for one in value) or tag not in there:
                continue
            compared += 1
            if there[tag] != value:
                print(f"{Path(path).name} {tag}: ours {there[tag]}, pydicom's {value}{' (guessed)' if guessed else ''}")
                wrong += not guessed
        for tag in here.keys() - there.keys() - left_out:
            if any(any(one) if isinstance(one, tuple) else one for one in here[tag]):
                print(f"{Path(path).name} {tag}: missing, pydicom has {here[tag]}")
                wrong += 1
    print(f"{compared} values compared, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
