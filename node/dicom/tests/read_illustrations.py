"""Tells what highdicom and pydicom find in key object selections, presentation states and measurement reports."""

import io
import sys

import pydicom
from highdicom.ko import KeyObjectSelectionDocument
from highdicom.sr import Comprehensive3DSR, ComprehensiveSR, srread
from PIL import Image, ImageCms


def told(items):
    """Numbers of a group, each with what it is of, how it was derived, and its unit."""
    numbers = []
    for item in items:
        if item.ValueType != "NUM":
            continue
        name = item.ConceptNameCodeSequence[0].CodeMeaning
        derived = [
            child.ConceptCodeSequence[0].CodeMeaning
            for child in getattr(item, "ContentSequence", [])
            if child.ValueType == "CODE"
        ]
        value = item.MeasuredValueSequence[0]
        unit = value.MeasurementUnitsCodeSequence[0].CodeValue
        numbers.append(" ".join([name, *derived, str(float(value.NumericValue)), unit]))
    return "; ".join(numbers)


def site(items):
    (found,) = [
        item.ConceptCodeSequence[0].CodeValue
        for item in items
        if item.ValueType == "CODE" and item.ConceptNameCodeSequence[0].CodeValue == "363698007"
    ]
    return found


def points(item):
    return len(item.GraphicData) // (2 if item.ValueType == "SCOORD" else 3)


def measurements(path):
    content = srread(path)
    assert isinstance(content, (ComprehensiveSR, Comprehensive3DSR)), type(content)
    report = content.content
    for group in report.get_planar_roi_measurement_groups():
        items = group[0].ContentSequence
        (region,) = [item for item in items if item.ValueType == "SCOORD"]
        print(f"region {region.GraphicType} {points(region)}: {told(items)}; site {site(items)}")
    kinds = {"Length": "line", "Angle": "angle"}
    for group in report.get_image_measurement_groups():
        items = group[0].ContentSequence
        (number,) = [item for item in items if item.ValueType == "NUM"]
        (drawn,) = [item for item in number.ContentSequence if item.ValueType.startswith("SCOORD")]
        kind = kinds.get(number.ConceptNameCodeSequence[0].CodeMeaning, "point")
        where = f"{drawn.ValueType} {drawn.GraphicType} {points(drawn)}"
        print(f"group {kind}: {told(items)}; site {site(items)}; {where}")


def selection(path):
    document = KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(path))
    title = document.ConceptNameCodeSequence[0].CodeMeaning
    images = document.content.get_references()
    print(f"selection {title}: {' '.join(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in images)}")
    for item in images:
        document.resolve_reference(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)


def profile(read):
    """What littlecms finds in a colour profile, and what it makes of white."""
    found = ImageCms.ImageCmsProfile(io.BytesIO(read))
    about = found.profile
    name = ImageCms.getProfileDescription(found).strip()
    to_srgb = ImageCms.buildTransform(found, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    seen = ImageCms.applyTransform(Image.new("RGB", (1, 1), (255, 255, 255)), to_srgb).getpixel((0, 0))
    grey = ImageCms.applyTransform(Image.new("RGB", (1, 1), (90, 140, 30)), to_srgb).getpixel((0, 0))
    same = min(seen) >= 254 and max(abs(a - b) for a, b in zip(grey, (90, 140, 30))) <= 1
    kinds = f"{about.device_class.strip()} {about.xcolor_space.strip()} to {about.connection_space.strip()}"
    return f"profile {name}, {kinds}, white {'stays white' if same else f'becomes {seen}, {grey}'}"


def state(path):
    data = pydicom.dcmread(path)
    drawn = getattr(data, "GraphicAnnotationSequence", [])
    graphics = sum(len(item.GraphicObjectSequence) for item in drawn)
    texts = sum(len(item.TextObjectSequence) for item in drawn)
    if "ICCProfile" in data:
        print(f"colour state: {graphics} graphics, {texts} texts, {profile(data.ICCProfile)}")
        return
    window = data.SoftcopyVOILUTSequence[0]
    print(f"state: {graphics} graphics, {texts} texts, window {window.WindowCenter:g} {window.WindowWidth:g}")


for path in sys.argv[1:]:
    modality = pydicom.dcmread(path, stop_before_pixels=True).Modality
    {"SR": measurements, "KO": selection, "PR": state}[modality](path)
