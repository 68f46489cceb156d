#!/usr/bin/env bash
# BitMiracle.LibJpeg.NET 1.5.324 (NuGet): a progressive JPEG with restart markers is decoded to noise, without a word.
#
# Expected:  restart markers change nothing of the picture; a port of libjpeg reads them in every kind of file, as
#            libjpeg does, or refuses.
# Happens:   baseline files with them are right, and so are progressive ones without. With both the pixels have nothing
#            to do with the picture: below they are 40 levels of 255 off in the mean. No exception; the size is right.
# Matters:   restart markers are written so that a damaged file is lost in part only, and that decoding can be shared
#            out; the web is progressive. Such photographs of a data set are noise with a label.
cd "$(dirname "$0")" && source ./fetch.bash
debian libjpeg-turbo-progs=1:2.1.5-2
export IMAGES=$work
printf 'P6 32 32 255\n' >"$work/image.ppm"
/usr/bin/python3 -c 'import sys
sys.stdout.buffer.write(bytes(v for i in range(1024) for v in (i % 32 * 8, i // 32 * 8, 60)))' >>"$work/image.ppm"
cjpeg() { "$root/usr/bin/cjpeg" -quality 95 -sample 1x1 "${@:2}" "$work/image.ppm" >"$work/$1.jpg" || cannot "cjpeg"; }
cjpeg baseline
cjpeg restarts -restart 1
cjpeg progressive -progressive
cjpeg progressive-restarts -progressive -restart 1
unset LD_LIBRARY_PATH
output=$(csharp BitMiracle.LibJpeg.NET/1.5.324 <<'PROGRAM'
using BitMiracle.LibJpeg;
foreach (string name in (string[])["baseline", "restarts", "progressive", "progressive-restarts"])
{
    using FileStream file = File.OpenRead($"{Environment.GetEnvironmentVariable("IMAGES")}/{name}.jpg");
    using JpegImage image = new(file);
    int off = 0;
    for (int y = 0; y < image.Height; y++)
        for (int x = 0; x < image.Width; x++)
            off += Math.Abs(image.GetRow(y).GetAt(x)[0] - 8 * x) + Math.Abs(image.GetRow(y).GetAt(x)[1] - 8 * y);
    Console.WriteLine($"{name}: {image.Width} x {image.Height}, {off / 2048} levels off in the mean");
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
baseline: 32 x 32, 0 levels off in the mean
restarts: 32 x 32, 0 levels off in the mean
progressive: 32 x 32, 0 levels off in the mean
progressive-restarts: 32 x 32, 40 levels off in the mean
STATED
