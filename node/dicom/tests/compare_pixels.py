"""Compares samples and pictures of images with those that pydicom makes.

Usage: compare_pixels.py MANIFEST

Each line of MANIFEST is of a file: its path, what (0028,0004) of our samples is, the file with the samples of all frames,
and the one with the picture of the first (8 bits, grey or RGB), divided by tabs; what we refuse has a reason instead of the
two files. pydicom decodes with its plugins: pylibjpeg (libjpeg of the JPEG committee, OpenJPEG), pyjpegls (CharLS), Pillow
(libjpeg-turbo). Prints a line for each file that is not the same, then how many were compared.

Samples must be the same; of JPEG with DCT and of JPEG 2000 with the irreversible transform they may differ by 1, since the
standards leave the last bit to the decoder. Pictures may differ by 1 of 255.
"""

import sys
import warnings
from pathlib import Path

import numpy
import pydicom
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_voi, apply_windowing, pixel_array
from pydicom.pixels.processing import apply_modality_lut

warnings.simplefilter("ignore")
# Where the last bit is the decoder's own.
LOSSY = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"}


def ours(dataset: Dataset, written: bytes, shape: tuple[int, ...]) -> numpy.ndarray:
    """Samples as we wrote them, without what lies beside the stored bits."""
    if "FloatPixelData" in dataset:
        return numpy.frombuffer(written, "<f4").reshape(shape)
    if "DoubleFloatPixelData" in dataset:
        return numpy.frombuffer(written, "<f8").reshape(shape)
    allocated, stored = dataset.BitsAllocated, dataset.BitsStored
    if allocated == 1:
        bits = numpy.unpackbits(numpy.frombuffer(written, "u1"), bitorder="little")
        return bits[: numpy.prod(shape)].reshape(shape)
    kind = "i" if dataset.PixelRepresentation else "u"
    words = numpy.frombuffer(written, f"<{kind}{allocated // 8}").copy()
    if words.size * 3 == numpy.prod(shape) * 2:
        # Two pixels share their colour: Y Y Cb Cr.
        words = words.reshape(-1, 4)[:, [0, 2, 3, 1, 2, 3]]
    words = words.reshape(shape)
    words <<= allocated - stored
    words >>= allocated - stored
    return words


def group(dataset: Dataset, name: str) -> Dataset:
    """The functional group of the first frame that has this macro, or the whole."""
    for sequence in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for item in dataset.get(sequence, [])[:1]:
            if item.get(name):
                return item[name][0]
    return dataset


def picture(dataset: Dataset, frame: numpy.ndarray) -> numpy.ndarray:
    """The first frame as it is to be seen, 0 to 255."""
    photometric = dataset.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        coloured = apply_color_lut(frame, dataset)
        return coloured.astype(float) / (2 ** (8 * coloured.itemsize) - 1) * 255
    if dataset.SamplesPerPixel == 3:
        return frame.astype(float) / (2**dataset.BitsStored - 1) * 255
    values = apply_modality_lut(frame, group(dataset, "PixelValueTransformationSequence"))
    values = numpy.asarray(values)
    voi = group(dataset, "FrameVOILUTSequence")
    padding = numpy.zeros(frame.shape, bool)
    if "PixelPaddingValue" in dataset:
        ends = dataset.PixelPaddingValue, dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue)
        padding = (frame >= min(ends)) & (frame <= max(ends))
    if voi.get("WindowCenter") not in (None, "") and voi.get("WindowWidth") not in (None, ""):
        window = Dataset()
        window.PhotometricInterpretation = "MONOCHROME2"
        window.BitsStored, window.PixelRepresentation = 8, 0
        window.WindowCenter, window.WindowWidth = voi.WindowCenter, voi.WindowWidth
        if "VOILUTFunction" in voi:
            window.VOILUTFunction = voi.VOILUTFunction
        levels = apply_windowing(values, window)
    elif voi.get("VOILUTSequence"):
        bits = voi.VOILUTSequence[0].LUTDescriptor[2]
        levels = apply_voi(values, voi).astype(float) / (2**bits - 1) * 255
    else:
        shown = values[~padding].astype(float)
        low, high = (shown.min(), shown.max()) if shown.size else (0.0, 0.0)
        levels = (values - low) / (high - low) * 255 if high > low else numpy.zeros(values.shape)
    if photometric == "MONOCHROME1":
        levels = 255 - levels
    return numpy.where(padding, 0, levels)


counts = {"same": 0, "we": 0, "they": 0, "both": 0}
failed = False
for line in Path(sys.argv[1]).read_text().splitlines():
    path, photometric, *made = line.split("\t")
    name = Path(path).name
    dataset = pydicom.dcmread(path, force=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID", "") if hasattr(dataset, "file_meta") else ""
    reason = ""
    try:
        # What we have as YBR they would convert.
        theirs = pixel_array(dataset, raw=photometric.startswith("YBR"))
        rgb = pixel_array(dataset)
    except Exception as error:  # whatever a plugin raises, it means that it cannot
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    if len(made) == 1 or reason:
        who = "both" if len(made) == 1 and reason else "we" if len(made) == 1 else "they"
        counts[who] += 1
        print(f"{name}: {who} cannot: {made[0] if len(made) == 1 else ''} {reason}".rstrip())
        continue
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    samples = ours(dataset, Path(made[0]).read_bytes(), theirs.shape)
    far = numpy.abs(samples.astype(float) - theirs.astype(float)).max()
    first = rgb[0] if frames > 1 else rgb
    seen = numpy.frombuffer(Path(made[1]).read_bytes(), "u1").reshape(first.shape + ((3,) if dataset.PhotometricInterpretation == "PALETTE COLOR" else ()))
    seen_far = numpy.abs(seen.astype(float) - numpy.clip(picture(dataset, first), 0, 255)).max()
    allowed = 1 if syntax in LOSSY else 0
    if far > allowed or seen_far > 1 + 2 * allowed:
        failed = True
        print(f"{name}: {syntax} {dataset.PhotometricInterpretation}: samples differ by {far}, pictures by {seen_far:.2f}")
    else:
        counts["same"] += 1
print(counts)
sys.exit(failed)
