#!/usr/bin/env bash
# OpenCV 4.13.0 (OpenCvSharp4 4.13.0.20260627, NuGet) and 4.6.0 (Debian 12): which images imread turns by their EXIF
# orientation depends on the format, and a TIFF on its side is not read at all.
#
# Expected:  as imread's documentation says, an image is turned by its orientation tag unless IMREAD_UNCHANGED or
#            IMREAD_IGNORE_ORIENTATION is given, and then it is not, whatever the format.
# Happens:   JPEG and PNG: so. WebP is not turned by 4.6.0 and is by 4.13.0. TIFF is turned by 4.6.0 with every flag,
#            and not read by 4.13.0 with any: the image is empty. A square TIFF is turned by both, with every flag.
# Matters:   photographs kept as WebP lie on their side after one version and stand after the other, so a data set's
#            embeddings change with the package; scans of a phone vanish, where an empty image is skipped.
cd "$(dirname "$0")" && source ./fetch.bash && source ./opencv.bash
debian python3-pil=9.4.0-1.1+deb12u1
PYTHONPATH=$PYTHONPATH /usr/bin/python3 - 2>"$work/err" <<'IMAGES' || cannot "$(tail -n 1 "$work/err")"
import os
from PIL import Image
turned = Image.Exif()
turned[0x112] = 6
for name, height, more in (("1.jpg", 8, {"exif": turned}), ("2.png", 8, {"exif": turned}),
                           ("3.webp", 8, {"exif": turned}), ("4.tiff", 8, {"tiffinfo": {0x112: 6}}),
                           ("5 square.tiff", 16, {"tiffinfo": {0x112: 6}})):
    image = Image.new("L", (16, height))
    image.paste(255, (0, 0, 8, height))
    image.save(os.path.join(os.environ["MODELS"], name), **more)
IMAGES
# A white left half is a white upper half once turned: its last column begins white.
output=$(debian_opencv <<'PROGRAM'
import os
import cv2
folder = os.environ["MODELS"]
for name in sorted(os.listdir(folder)):
    said = []
    for flag in ("COLOR", "UNCHANGED", "IGNORE_ORIENTATION"):
        image = cv2.imread(os.path.join(folder, name), getattr(cv2, "IMREAD_" + flag))
        said.append("empty" if image is None else "turned" if image[0, -1].max() > 127 else "as stored")
    print("4.6.0 %s: %s" % (name, ", ".join(said)))
PROGRAM
opencvsharp <<'PROGRAM'
using OpenCvSharp;
string folder = Environment.GetEnvironmentVariable("MODELS")!;
foreach (string path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
{
    var said = new[] { ImreadModes.Color, ImreadModes.Unchanged, ImreadModes.IgnoreOrientation }.Select(flag =>
    {
        using Mat image = Cv2.ImRead(path, flag);
        return image.Empty() ? "empty" : image.At<byte>(0, (image.Cols - 1) * image.Channels()) > 127 ? "turned"
            : "as stored";
    });
    Console.WriteLine($"{Cv2.GetVersionString()} {Path.GetFileName(path)}: {string.Join(", ", said)}");
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
4.6.0 1.jpg: turned, as stored, as stored
4.6.0 2.png: turned, as stored, as stored
4.6.0 3.webp: as stored, as stored, as stored
4.6.0 4.tiff: turned, turned, turned
4.6.0 5 square.tiff: turned, turned, turned
4.13.0 1.jpg: turned, as stored, as stored
4.13.0 2.png: turned, as stored, as stored
4.13.0 3.webp: turned, as stored, as stored
4.13.0 4.tiff: empty, empty, empty
4.13.0 5 square.tiff: turned, turned, turned
STATED
