#!/usr/bin/env bash
# sharp 0.35.5 (npm) with its libvips, Pillow 9.4.0 (Debian 12): enlarging an image moves it.
#
# Expected:  pixel i of the larger image is taken around (i + 1/2) w / W - 1/2, so that edges stay edges and a mirrored
#            image enlarged is the enlarged image mirrored. Pillow, OpenCV, Skia and ImageSharp do so.
# Happens:   sharp takes it around i w / W - 1/2, half a pixel of the larger image further left, whatever kernel is
#            named; a mirrored ramp comes out other than mirrored. Making an image smaller is right.
# Matters:   small images enlarged to a network's 224 are shifted against those that it was trained on, and flipping
#            before and after resizing are not the same.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-pil=9.4.0-1.1+deb12u1
pillow=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
from PIL import Image
for name, row in (("ramp", range(0, 80, 10)), ("mirrored", range(70, -10, -10))):
    image = Image.new("L", (8, 1))
    image.putdata(list(row))
    print("Pillow bilinear", name, *image.resize((12, 1), Image.BILINEAR).getdata())
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
unset LD_LIBRARY_PATH
packages sharp@0.35.5
sharp=$(javascript <<'PROGRAM'
const sharp = require('sharp');

async function resized(row, width, kernel) {
    const raw = { width: 8, height: 1, channels: 1 };
    const options = { kernel, fit: 'fill' };
    const image = sharp(Uint8Array.from(row), { raw }).resize(width, 1, options);
    return Array.from(await image.extractChannel(0).raw().toBuffer()).join(' ');
}

(async () => {
    const ramp = Array.from({ length: 8 }, (_, i) => 10 * i), mirrored = ramp.slice().reverse();
    for (const kernel of ['linear', 'cubic', 'lanczos3']) {
        console.log(`sharp ${kernel} ramp ${await resized(ramp, 12, kernel)}`);
        console.log(`sharp ${kernel} mirrored ${await resized(mirrored, 12, kernel)}`);
    }
    console.log(`sharp linear ramp to 4: ${await resized(ramp, 4, 'linear')}`);
})();
PROGRAM
) || cannot "$sharp"
compare "$pillow
$sharp" <<'STATED'
Pillow bilinear ramp 0 5 12 18 25 32 38 45 52 58 65 70
Pillow bilinear mirrored 70 65 58 52 45 38 32 25 18 12 5 0
sharp linear ramp 0 2 8 15 22 28 35 42 48 55 62 68
sharp linear mirrored 70 68 62 55 48 42 35 28 22 15 8 2
sharp cubic ramp 0 1 8 15 22 28 35 42 48 55 62 69
sharp cubic mirrored 71 69 62 55 48 42 35 28 22 15 8 1
sharp lanczos3 ramp 0 1 8 15 22 28 35 42 48 55 62 69
sharp lanczos3 mirrored 71 69 62 55 48 42 35 28 22 15 8 1
sharp linear ramp to 4: 6 25 45 64
STATED
