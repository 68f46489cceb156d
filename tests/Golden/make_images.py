#!/usr/bin/env python3
"""Writes images.json: PNG, JPEG, BMP and WebP files with the RGB pixels that Pillow decodes, damaged ones, and resized ones.

PNG files are written here, chunk by chunk, so that every colour type, bit depth, filter and interlacing occurs.
Run with Pillow 9 and PyTorch 1.13 or later; the file is committed, tests never need them.
"""
import base64
import io
import json
import pathlib
import random
import struct
import subprocess
import zlib

import numpy
import torch
from PIL import Image, ImageOps

random.seed(7)
numpy.random.seed(7)
WIDTH, HEIGHT = 9, 7
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
images, damaged = [], []


def text(data):
    return base64.b64encode(bytes(data)).decode()


def add(name, file, rgb, width, height, tolerance=0):
    images.append({"name": name, "file": text(file), "width": width, "height": height, "rgb": text(rgb),
                   "tolerance": tolerance})


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(line, above, step, kind):
    out = bytearray([kind])
    for i, value in enumerate(line):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        predicted = [0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner)][kind]
        out.append((value - predicted) % 256)
    return bytes(out)


def packed(samples, depth):
    """Samples of a line as bytes, the first in the highest bits."""
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def png(colour, depth, interlaced):
    n = SAMPLES[colour]
    palette = bytes(random.randrange(256) for _ in range(3 * (1 << depth))) if colour == 3 else b""
    # Smooth in part, so that filters have something to predict.
    grid = [[[(x * 7 + y * 5 + c * 3 + random.randrange(3)) % (1 << depth) if colour == 3 or depth < 8
              else random.randrange(1 << depth) for c in range(n)] for x in range(WIDTH)] for y in range(HEIGHT)]
    step, data = max(1, n * depth // 8), b""
    for x0, y0, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        rows = [[s for pixel in row[x0::dx] for s in pixel] for row in grid[y0::dy]]
        if not rows or not rows[0]:
            continue
        above = bytes(len(packed(rows[0], depth)))
        for i, row in enumerate(rows):
            line = packed(row, depth)
            data += filtered(line, above, step, i % 5)
            above = line
    body = zlib.compress(data)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, int(interlaced))
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"gAMA", struct.pack(">I", 45455))
    if palette:
        file += chunk(b"PLTE", palette)
    half = len(body) // 2
    file += chunk(b"IDAT", body[:half]) + chunk(b"IDAT", body[half:]) + chunk(b"IEND", b"")
    rgb = bytearray()
    for row in grid:
        for pixel in row:
            if colour == 3:
                rgb += palette[3 * pixel[0]:3 * pixel[0] + 3]
            else:
                scaled = [s >> 8 if depth == 16 else s * 255 // ((1 << depth) - 1) for s in pixel]
                rgb += bytes(scaled[:3] if n >= 3 else scaled[:1] * 3)
    if depth <= 8:  # Pillow agrees with what was meant
        assert Image.open(io.BytesIO(file)).convert("RGB").tobytes() == bytes(rgb), (colour, depth, interlaced)
    return file, rgb


for colour, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
    for depth in depths:
        for interlaced in (False, True):
            file, rgb = png(colour, depth, interlaced)
            add(f"png colour {colour} depth {depth}{' interlaced' if interlaced else ''}", file, rgb, WIDTH, HEIGHT)

smooth = numpy.stack([[[128 + 100 * numpy.sin(x / 5 + c) * numpy.cos(y / 4 + c) for c in range(3)] for x in range(19)]
                      for y in range(13)]).astype(numpy.uint8)
picture = Image.fromarray(smooth)


def jpeg(image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92, **options)
    return stream.getvalue()


def add_file(name, file, tolerance=0):
    decoded = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
    add(name, file, decoded.tobytes(), decoded.width, decoded.height, tolerance)


def add_jpeg(name, file, tolerance=2):
    add_file(name, file, tolerance)


add_jpeg("jpeg 4:4:4", jpeg(picture, subsampling=0))
add_jpeg("jpeg 4:2:0", jpeg(picture, subsampling=2))
# Pixels of chroma as large squares, as ImageSharp has them; djpeg is libjpeg-turbo's.
plain = subprocess.run(["djpeg", "-nosmooth"], input=jpeg(picture, subsampling=2), capture_output=True, check=True)
images[-1]["blocky"] = text(plain.stdout[-3 * picture.width * picture.height:])
add_jpeg("jpeg progressive", jpeg(picture, progressive=True, subsampling=0))
add_jpeg("jpeg grey", jpeg(picture.convert("L")))
add_jpeg("jpeg of inks", jpeg(picture.convert("CMYK")))
small = Image.fromarray(smooth[2:8, 3:13, 0])
for orientation in range(1, 10):
    for order in [b"II*\0", b"MM\0*"][:1 if orientation not in (6, 9) else 2]:
        end = "<" if order[:1] == b"I" else ">"
        exif = b"Exif\0\0" + order + struct.pack(end + "IH", 8, 2)
        exif += struct.pack(end + "HHIHH", 0x0100, 3, 1, 19, 0) + struct.pack(end + "HHIHH", 0x0112, 3, 1, orientation, 0)
        exif += struct.pack(end + "I", 0)
        add_jpeg(f"jpeg orientation {orientation} {order[:1].decode()}", jpeg(small, exif=exif))

sound_png, _ = png(2, 8, False)
sound_jpeg = jpeg(small)
add_file("png without its end", sound_png[:-12])
whole = jpeg(picture, subsampling=0)
scan, version = whole.index(b"\xff\xda"), whole.index(b"JFIF\0") + 5
add_jpeg("jpeg with bytes between segments", whole[:scan] + b"\0\0\0" + whole[scan:])
add_jpeg("jpeg of JFIF 2.01", whole[:version] + b"\2" + whole[version + 1:])
ramp_y, ramp_x = numpy.mgrid[0:24, 0:31]
ramp = Image.fromarray(numpy.dstack([ramp_x * 8, ramp_y * 10, (ramp_x + ramp_y) * 4]).astype(numpy.uint8))


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


cut_preview = jpeg(ramp, exif=b"Exif\0\0" + saved(ramp.resize((8, 6)), "JPEG"))[:-60]
veiled = Image.merge("RGBA", (*ramp.split(), Image.fromarray((ramp_x * 8).astype(numpy.uint8))))
add_file("bmp 24", saved(ramp, "BMP"))
add_file("bmp palette", saved(ramp.quantize(16), "BMP"))
add_file("bmp grey", saved(ramp.convert("L"), "BMP"))
add_file("bmp black and white", saved(ramp.convert("1"), "BMP"))
add_file("webp lossless", saved(ramp, "WEBP", lossless=True))
add_file("webp with alpha", saved(veiled, "WEBP", lossless=True, exact=True))
add_file("webp lossy", saved(ramp, "WEBP", quality=90), tolerance=4)
wrong_sum = bytearray(sound_png)
wrong_sum[-20] ^= 1
huge = bytearray(sound_png[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)) + sound_png[33:])
lying = bytearray(sound_png[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0)) + sound_png[33:])
huge_jpeg = bytearray(sound_jpeg)
at = huge_jpeg.index(b"\xff\xc0") + 5
huge_jpeg[at:at + 4] = b"\xff\x00\xff\x00"
for name, file, reason in [
        ("empty", b"", "empty"), ("text", b"hello", "neither PNG nor JPEG"), ("gif", b"GIF89a", "neither PNG nor JPEG"),
        ("png signature alone", sound_png[:8], "header"), ("png cut in its header", sound_png[:20], "truncated"),
        ("png cut in its data", sound_png[:len(sound_png) // 2], "truncated"),
        ("png with a flipped bit", wrong_sum, "checksum"),
        ("png of 3.6 gigapixels", huge, "60000 x 60000"), ("png that cannot hold its pixels", lying, "truncated"),
        ("png of no pixels", sound_png[:8] + chunk(b"IHDR", bytes(8) + b"\x08\x02\0\0\0") + sound_png[33:], "header"),
        ("png of depth 3", sound_png[:8] + chunk(b"IHDR", bytes(7) + b"\x01\x03\x02\0\0\0") + sound_png[33:], "bit depth"),
        ("jpeg cut in half", sound_jpeg[:-len(sound_jpeg) // 4], "damaged JPEG"),
        ("jpeg without its end", sound_jpeg[:-2], "damaged JPEG"), ("jpeg signature alone", sound_jpeg[:4], "truncated"),
        ("jpeg of 4.3 gigapixels", huge_jpeg, "65280 x 65280"), ("jpeg cut, with a preview", cut_preview, "truncated"),
        ("bmp cut", saved(ramp, "BMP")[:-300], "damaged"), ("webp cut", saved(ramp, "WEBP", quality=90)[:-30], "damaged")]:
    damaged.append({"name": name, "file": text(file), "reason": reason})

resized = []
for (h, w), (to_h, to_w) in [((13, 19), (5, 7)), ((7, 9), (15, 20)), ((40, 9), (10, 3)), ((7, 7), (7, 7)), ((10, 11), (3, 11))]:
    source = torch.randint(0, 256, (h, w, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(h))
    y = torch.nn.functional.interpolate(
        source.permute(2, 0, 1)[None].float(), (to_h, to_w), mode="bilinear", align_corners=False, antialias=True)
    resized.append({"width": w, "height": h, "rgb": text(source.numpy().tobytes()), "toWidth": to_w, "toHeight": to_h,
                    "resized": text(y[0].permute(1, 2, 0).round().to(torch.uint8).numpy().tobytes())})

path = pathlib.Path(__file__).with_name("images.json")
path.write_text("{\n" + ",\n".join(
    f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    for key, rows in {"images": images, "damaged": damaged, "resized": resized}.items()) + "\n}\n")
print(path, path.stat().st_size, len(images))
