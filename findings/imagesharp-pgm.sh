#!/usr/bin/env bash
# SixLabors.ImageSharp 2.1.13 (NuGet): PGM and PPM of 16 bits are read with their bytes swapped, others are scaled by a
# whole number.
#
# Expected:  a sample is v of maxval, most significant byte first: of maxval 65535, 40000 is 156 of 255; of maxval 100,
#            100 is white, 255; of maxval 1000, 500 is 128.
# Happens:   two bytes are read least significant first: 256 becomes 0, 255 becomes 254, 40000 becomes 64 of 255. With
#            a maxval below 255 samples are multiplied by 255 / maxval in integers: of maxval 100 white is 200, of
#            maxval 200 nothing happens at all. Of maxval 1000, every sample but 0 is white. PNG of 16 bits is right.
# Matters:   depth maps, X-rays, microscopes and stereo sets come as PGM of 16 bits, handwritten digits and faces (ORL)
#            as PGM: an embedding is trained on noise that looks like an image, with no exception.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp SixLabors.ImageSharp/2.1.13 <<'PROGRAM'
using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

int[] deep = [0, 255, 256, 257, 32768, 40000, 65535];
Console.WriteLine($"P5 65535: {string.Join(" ", deep)} -> {Read("P5", 65535, deep)}");
Console.WriteLine($"as PNG of 16 bits -> {Png(deep)}");
Console.WriteLine($"P5 1000: 0 250 500 1000 -> {Read("P5", 1000, [0, 250, 500, 1000])}");
Console.WriteLine($"P5 100: 0 25 50 100 -> {Read("P5", 100, [0, 25, 50, 100])}");
Console.WriteLine($"P5 200: 0 50 100 200 -> {Read("P5", 200, [0, 50, 100, 200])}");
Console.WriteLine($"P5 255: 0 50 100 255 -> {Read("P5", 255, [0, 50, 100, 255])}");
Console.WriteLine($"P6 65535: 256 40000 65535 -> {Read("P6", 65535, [256, 40000, 65535])}");
Console.WriteLine($"P2 100, as text: 0 25 50 100 -> {Read("P2", 100, [0, 25, 50, 100])}");

static string Read(string kind, int most, int[] samples)
{
    int width = kind == "P6" ? samples.Length / 3 : samples.Length;
    byte[] body = kind == "P2" ? Encoding.ASCII.GetBytes(string.Join(" ", samples) + "\n")
        : [.. samples.SelectMany(v => most > 255 ? (byte[])[(byte)(v >> 8), (byte)v] : [(byte)v])];
    using Image<Rgb24> image = Image.Load<Rgb24>([.. Encoding.ASCII.GetBytes($"{kind} {width} 1\n{most}\n"), .. body]);
    var pixels = Enumerable.Range(0, width).Select(x => image[x, 0]);
    return string.Join(" ", pixels.SelectMany(p => kind == "P6" ? (byte[])[p.R, p.G, p.B] : [p.R]));
}

static string Png(int[] samples)
{
    using Image<L16> deep = new(samples.Length, 1);
    for (int x = 0; x < samples.Length; x++)
        deep[x, 0] = new L16((ushort)samples[x]);
    using MemoryStream file = new();
    deep.SaveAsPng(file);
    using Image<L8> image = Image.Load<L8>(file.ToArray());
    return string.Join(" ", Enumerable.Range(0, samples.Length).Select(x => image[x, 0].PackedValue));
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
P5 65535: 0 255 256 257 32768 40000 65535 -> 0 254 0 1 0 64 255
as PNG of 16 bits -> 0 1 1 1 128 156 255
P5 1000: 0 250 500 1000 -> 0 255 255 255
P5 100: 0 25 50 100 -> 0 50 100 200
P5 200: 0 50 100 200 -> 0 50 100 200
P5 255: 0 50 100 255 -> 0 50 100 255
P6 65535: 256 40000 65535 -> 0 64 255
P2 100, as text: 0 25 50 100 -> 0 50 100 200
STATED
