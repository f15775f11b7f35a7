"""Judges a node's DICOMweb with dicomweb-client and pydicom.

Called with the node's address, a token and pydicom's test files; ends with an error when something does not fit.
"""

import math
import sys
from pathlib import Path

import pydicom
from dicomweb_client.api import DICOMwebClient
from pydicom.encaps import generate_frames
from pydicom.uid import generate_uid

JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"

# One of each kind: uncompressed in both byte orders and both encodings, deflated, and compressed; one frame and several;
# sequences, private elements and a structured report.
FILES = [
    "CT_small.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "image_dfl.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "JPEG2000.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
    "rtdose.dcm",
    "reportsi.dcm",
    "rtplan.dcm",
    "waveform_ecg.dcm",
]


def compare(path, ours, theirs):
    """What differs between the node's metadata and pydicom's, attribute by attribute."""
    for key, element in theirs.items():
        here = f"{path}/{key}"
        if key in ("00080005", "7FE00010", "FFFAFFFA", "FFFCFFFC") or key.endswith("0000"):
            # The character set is ours; pixels and what comes behind them are not told.
            continue
        if key not in ours:
            yield f"{here} is missing"
            continue
        own = ours[key]
        if "BulkDataURI" in own:
            continue
        if element["vr"] != own["vr"]:
            # What has two VRs, and what pydicom knows of private elements.
            if not {element["vr"], own["vr"]} <= {"US", "SS", "OB", "OW", "UN"} and own["vr"] != "UN":
                yield f"{here}: {own['vr']} instead of {element['vr']}"
            continue
        if element["vr"] == "SQ":
            mine, other = own.get("Value", []), element.get("Value", [])
            if len(mine) != len(other):
                yield f"{here}: {len(mine)} items instead of {len(other)}"
            for number, (one, two) in enumerate(zip(mine, other)):
                yield from compare(f"{here}/{number}", one, two)
            continue
        if own.get("InlineBinary") != element.get("InlineBinary"):
            yield f"{here}: {own} instead of {element}"
        mine = [plain(element["vr"], value) for value in own.get("Value", [])]
        other = [plain(element["vr"], value) for value in element.get("Value", [])]
        if other == [""]:
            other = []
        if len(mine) != len(other) or not all(map(match, mine, other)):
            yield f"{here}: {mine} instead of {other}"


def plain(vr, value):
    """A value without what carries no meaning: padding, and divisions of a name with nothing between them."""
    if vr == "PN":
        groups = {kind: text.rstrip("^ ") for kind, text in (value or {}).items()}
        return {kind: text for kind, text in groups.items() if text} or ""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else value


def match(one, two):
    if isinstance(one, (int, float)):
        return isinstance(two, (int, float)) and math.isclose(float(one), float(two), rel_tol=1e-6)
    return one == two


def frames_of(dataset):
    """The frames of an image as pydicom cuts them out."""
    number = int(dataset.get("NumberOfFrames", 1))
    if dataset.file_meta.TransferSyntaxUID.is_compressed and dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return list(generate_frames(dataset.PixelData, number_of_frames=number))
    pixels = dataset.PixelData
    length = dataset.Rows * dataset.Columns * dataset.get("SamplesPerPixel", 1) * dataset.BitsAllocated // 8
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        length = length * 2 // 3
    if not dataset.file_meta.TransferSyntaxUID.is_little_endian and dataset.BitsAllocated == 16:
        swapped = bytearray(pixels)
        swapped[0::2], swapped[1::2] = pixels[1::2], pixels[0::2]
        pixels = bytes(swapped)
    return [pixels[at * length : (at + 1) * length] for at in range(number)]


def main():
    base, token, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    client = DICOMwebClient(url=f"{base}/dicomweb", headers={"Authorization": f"Bearer {token}"})
    originals = [pydicom.dcmread(folder / name) for name in FILES]
    for original in originals:
        # Some of them are the same instance in another form.
        original.StudyInstanceUID, original.SeriesInstanceUID = generate_uid(), generate_uid()
        original.SOPInstanceUID = original.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    japanese = pydicom.dcmread(folder / "CT_small.dcm")
    japanese.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    japanese.PatientName = JAPANESE
    japanese.StudyInstanceUID, japanese.SeriesInstanceUID = generate_uid(), generate_uid()
    japanese.SOPInstanceUID = japanese.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    originals.append(japanese)

    for original in originals:
        answer = client.store_instances([original])
        assert "FailedSOPSequence" not in answer, answer
        assert answer.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == original.SOPInstanceUID
    together = client.store_instances(originals)
    assert len(together.ReferencedSOPSequence) == len(originals), together

    for text in ["山田", "ヤマダ タロウ", "yamada taro"]:
        found = client.search_for_studies(fuzzymatching=True, search_filters={"PatientName": text})
        assert [study["0020000D"]["Value"] for study in found] == [[japanese.StudyInstanceUID]], (text, found)
    name = found[0]["00100010"]["Value"][0]
    assert name == {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}, name
    assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []
    assert len(client.search_for_studies(limit=2)) == 2
    instances = client.search_for_instances()
    assert len(instances) == len(originals), len(instances)

    faults = []
    for name, original in zip(FILES + ["Japanese"], originals):
        place = (original.StudyInstanceUID, original.SeriesInstanceUID, original.SOPInstanceUID)
        assert len(client.search_for_instances(place[0], place[1])) >= 1, name
        retrieved = client.retrieve_instance(*place)
        assert retrieved == original, f"{name} is not what was stored"
        metadata = client.retrieve_instance_metadata(*place)
        expected = original.to_json_dict(bulk_data_threshold=1 << 30, suppress_invalid_tags=True)
        faults += compare(name, metadata, expected)
        if "PixelData" not in original:
            continue
        if name == "image_dfl.dcm":
            # Deflated: there is no place in the file at which a frame would be.
            continue
        frames = frames_of(original)
        numbers = list(range(1, len(frames) + 1))
        stored = client.retrieve_instance_frames(*place, frame_numbers=numbers)
        for number, (one, two) in enumerate(zip(stored, frames, strict=True), 1):
            assert one.rstrip(b"\0") == two.rstrip(b"\0"), f"{name}: frame {number}"
        syntax = original.file_meta.TransferSyntaxUID
        # Long values in big endian are refused: they are given as frames, in the order that everybody expects.
        if "BulkDataURI" in metadata["7FE00010"] and syntax.is_little_endian and not syntax.is_encapsulated:
            (pixels,) = client.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"])
            assert pixels == original.PixelData, f"{name}: bulk data"
            (piece,) = client.retrieve_bulkdata(
                metadata["7FE00010"]["BulkDataURI"],
                media_types=("application/octet-stream",),
                byte_range=(10, 19),
            )
            assert piece == original.PixelData[10:20], f"{name}: a range of bulk data"
        if original.BitsAllocated > 16 or name == "SC_ybr_full_422_uncompressed.dcm":
            # A dose is no picture; colour of which half is left out is rendered from compressed images only.
            continue
        picture = client.retrieve_instance_rendered(*place, media_types=("image/jpeg",))
        assert picture[:2] == b"\xff\xd8", name
    assert not faults, "\n".join(faults)
    whole = list(client.iter_series(japanese.StudyInstanceUID, japanese.SeriesInstanceUID))
    assert whole == [japanese]
    print(f"{len(originals)} instances stored, searched and retrieved")


main()
