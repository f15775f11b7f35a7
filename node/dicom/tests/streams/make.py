"""Makes the compressed streams of this folder: pip install imagecodecs, then run it here."""

import imagecodecs
import numpy

y, x = numpy.mgrid[0:24, 0:40]
grey = ((x * x * 7 + y * 131 + x * y * 3) & 0xFFF).astype(numpy.uint16)
smooth = (x * 60 + y * 40 + 200).astype(numpy.uint16)
colour = numpy.stack([x * 6, y * 10, (x + y) * 4], axis=-1).astype(numpy.uint8)

streams = {
    "grey12.jxl": imagecodecs.jpegxl_encode(grey, lossless=True, bitspersample=12),
    "colour8.jxl": imagecodecs.jpegxl_encode(colour, lossless=True),
    "grey12.jph": imagecodecs.htj2k_encode(grey),
    "colour8.jph": imagecodecs.htj2k_encode(colour),
    "grey12.ljpeg": imagecodecs.ljpeg_encode(grey, bitspersample=12),
    "smooth12.jpg": imagecodecs.jpeg_encode(smooth, level=98, bitspersample=12),
}
for name, stream in streams.items():
    print(name, len(stream), bytes(stream[:8]).hex())
    with open(name, "wb") as file:
        file.write(stream)
