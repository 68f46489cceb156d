#!/usr/bin/env bash
# Magick.NET-Q8-x64 15.1.0 (NuGet): the red, green and blue of a CMYK photograph are its cyan, magenta and yellow.
#
# Expected:  GetPixels().ToByteArray(PixelMapping.RGB) gives red, green and blue, whatever the file holds, or refuses;
#            white is 255 255 255, as from the other decoders.
# Happens:   of a CMYK image it gives the inks, without black: white is 0 0 0, black 0 0 0 as well, red 0 255 255. With
#            ColorSpace set to sRGB first it is right; image.ToByteArray(MagickFormat.Rgb), and a PNG, always are.
# Matters:   CMYK JPEGs are in every collection from print and from catalogues. Their embeddings are those of negatives
#            with black left out; saved and looked at, the same image object is fine.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-pil=9.4.0-1.1+deb12u1
export IMAGES=$work
/usr/bin/python3 - "$work" <<'IMAGES' || cannot "the images cannot be written"
import sys
from PIL import Image
for name, inks in (("white", (0, 0, 0, 0)), ("black", (0, 0, 0, 255)), ("red", (0, 255, 255, 0))):
    Image.new("CMYK", (8, 8), inks).save("%s/%s.jpg" % (sys.argv[1], name), quality=100)
IMAGES
unset LD_LIBRARY_PATH
output=$(csharp Magick.NET-Q8-x64/15.1.0 <<'PROGRAM'
using ImageMagick;
foreach (string name in (string[])["white", "black", "red"])
{
    using MagickImage image = new($"{Environment.GetEnvironmentVariable("IMAGES")}/{name}.jpg");
    string Pixel()
    {
        using IPixelCollection<byte> pixels = image.GetPixels();
        return string.Join(" ", pixels.ToByteArray(PixelMapping.RGB)![..3]);
    }
    Console.Write($"{name} ({image.ColorSpace}): pixels {Pixel()}, ");
    Console.Write($"as Rgb {string.Join(" ", image.ToByteArray(MagickFormat.Rgb)[..3])}, ");
    using MagickImage png = new(image.ToByteArray(MagickFormat.Png24));
    using IPixelCollection<byte> read = png.GetPixels();
    Console.Write($"by way of PNG {string.Join(" ", read.ToByteArray(PixelMapping.RGB)![..3])}, ");
    image.ColorSpace = ColorSpace.sRGB;
    Console.WriteLine($"as sRGB {Pixel()}");
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
white (CMYK): pixels 0 0 0, as Rgb 255 255 255, by way of PNG 255 255 255, as sRGB 255 255 255
black (CMYK): pixels 0 0 0, as Rgb 0 0 0, by way of PNG 0 0 0, as sRGB 0 0 0
red (CMYK): pixels 0 255 255, as Rgb 255 0 0, by way of PNG 255 0 0, as sRGB 255 0 0
STATED
