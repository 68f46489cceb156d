#!/usr/bin/env bash
# Pillow 9.4.0 (Debian 12), SixLabors.ImageSharp 2.1.13, SkiaSharp 4.155.0 (NuGet), sharp 0.35.5 (npm): the grey of red
# is 76, 54, 53 or 127.
#
# Expected:  an image made grey is 0.299 R + 0.587 G + 0.114 B, as JPEG's Y is, give or take one.
# Happens:   Pillow does that. ImageSharp's L8 and SkiaSharp's Gray8 weigh 0.2126, 0.7152 and 0.0722. sharp's
#            greyscale() does that too, but in linear light, and goes back to sRGB: red 127, green 220, blue 76.
# Matters:   a grey network trained on one library's pixels and served with another's sees red signs half as bright or
#            twice as bright, and no test with grey pictures shows it.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-pil=9.4.0-1.1+deb12u1
export IMAGE=$work/colours.png
pillow=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import os
from PIL import Image
image = Image.new("RGB", (5, 1))
image.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 100, 50), (100, 100, 100)])
image.save(os.environ["IMAGE"])
print("Pillow:", *image.convert("L").getdata())
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
unset LD_LIBRARY_PATH
dotnet=$(csharp SixLabors.ImageSharp/2.1.13 SkiaSharp/4.155.0 SkiaSharp.NativeAssets.Linux.NoDependencies/4.155.0 \
    <<'PROGRAM'
using SixLabors.ImageSharp.PixelFormats;
using SkiaSharp;
string path = Environment.GetEnvironmentVariable("IMAGE")!;
using var image = SixLabors.ImageSharp.Image.Load<L8>(path);
Console.WriteLine($"ImageSharp: {string.Join(" ", Enumerable.Range(0, 5).Select(x => image[x, 0].PackedValue))}");
using SKBitmap colours = SKBitmap.Decode(path), grey = colours.Copy(SKColorType.Gray8);
Console.WriteLine($"SkiaSharp: {string.Join(" ", grey.Bytes)}");
PROGRAM
) || cannot "$dotnet"
packages sharp@0.35.5
sharp=$(cd "$work" && node -e "require('sharp')(process.env.IMAGE).greyscale().raw().toBuffer()
    .then(bytes => console.log('sharp: ' + Array.from(bytes).join(' ')))" 2>"$work/err") ||
    cannot "$(tail -n 1 "$work/err")"
compare "$pillow
$dotnet
$sharp" <<'STATED'
Pillow: 76 150 29 124 100
ImageSharp: 54 182 18 118 100
SkiaSharp: 53 182 18 117 100
sharp: 127 220 76 128 100
STATED
