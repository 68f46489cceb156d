using System.Runtime.InteropServices;
using System.Text.Json;
using SixLabors.ImageSharp.PixelFormats;
using TripletGpu.Models;
using TripletGpu.Runner.Images;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Images;

/// <summary>images.json: files with the pixels that Pillow decodes, damaged files, and what PyTorch resizes.</summary>
public sealed class ImageGoldenTests
{
    static readonly GoldenFile golden = JsonSerializer.Deserialize<GoldenFile>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "images.json")), JsonSerializerOptions.Web)!;

    static IEnumerable<TestCaseData<SoundImage>> Sound =>
        golden.Images.Select(i => new TestCaseData<SoundImage>(i).SetArgDisplayNames(i.Name));

    static IEnumerable<TestCaseData<DamagedImage>> Damaged =>
        golden.Damaged.Select(i => new TestCaseData<DamagedImage>(i).SetArgDisplayNames(i.Name));

    [TestCaseSource(nameof(Sound))]
    public void Decode_GivesPillowsPixels(SoundImage expected) => Check(expected, ImageDecoder.Imagesharp);

    [TestCaseSource(nameof(Sound))]
    public void Decode_ByTurboJpeg_GivesPillowsPixels(SoundImage expected)
    {
        RequireTurboJpeg();
        Check(expected, ImageDecoder.Turbojpeg);
    }

    static void Check(SoundImage expected, ImageDecoder decoder)
    {
        using PixelImage image = ImageFile.Decode(expected.File, decoder);
        Assert.That((image.Width, image.Height), Is.EqualTo((expected.Width, expected.Height)));
        byte[] pixels = decoder == ImageDecoder.Imagesharp ? expected.Blocky ?? expected.Rgb : expected.Rgb;
        AssertNear(image.Pixels, pixels, expected.Tolerance);
    }

    [TestCaseSource(nameof(Damaged))]
    public void Decode_Damaged_SaysWhy(DamagedImage damaged)
    {
        string message = Assert.Throws<ImageFormatException>(() => ImageFile.Decode(damaged.File))!.Message;
        Assert.That(message, Does.Contain(damaged.Reason));
        Assert.That(message, Does.Not.Contain('\n'));
    }

    [Test]
    public void Encode_ThenDecode_IsTheSame([Values(1, 3)] int channels)
    {
        byte[] pixels = new byte[7 * 5 * channels];
        new Random(3).NextBytes(pixels);
        using PixelImage image = ImageFile.Decode(PngEncoder.Encode(pixels, 7, 5, channels));
        byte[] expected = channels == 3 ? pixels : [.. pixels.SelectMany(p => new[] { p, p, p })];
        Assert.That(image.Pixels.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Resampling_MatchesPyTorchsAntialiasedBilinear()
    {
        foreach (ResizedImage expected in golden.Resized)
        {
            Resampling resampling = new(
                Image(expected.Width, expected.Height, expected.Rgb), expected.ToWidth, expected.ToHeight,
                expected.ToWidth, expected.ToHeight);
            byte[] resized = [.. Enumerable.Range(0, expected.ToHeight).SelectMany(y => resampling.Row(y).ToArray())
                .SelectMany(pixel => new[] { (byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16) })];
            AssertNear(resized, expected.Resized, 1);
        }
    }

    [TestCase(20, 10, 0, TestName = "Fit_Wide_CutsTheSides")]
    [TestCase(10, 20, 0, TestName = "Fit_Tall_CutsTopAndBottom")]
    public void Fit_TakesTheMiddle(int width, int height, int tolerance)
    {
        // Grey 255 in the middle square, 0 outside: only the square is left.
        byte[] pixels = new byte[width * height * 3];
        int left = (width - 10) / 2, top = (height - 10) / 2;
        for (int y = 0; y < 10; y++) pixels.AsSpan(((top + y) * width + left) * 3, 30).Fill(255);
        byte[] planes = new byte[100];
        Image(width, height, pixels).Fit(new Shape(1, 10, 10), planes);
        AssertNear(planes, Enumerable.Repeat((byte)255, 100).ToArray(), tolerance);
    }

    [Test]
    public void Fit_PutsColoursIntoPlanes()
    {
        byte[] planes = new byte[6];
        Image(2, 1, [10, 20, 30, 40, 50, 60]).Fit(new Shape(3, 1, 2), planes);
        Assert.That(planes, Is.EqualTo(new byte[] { 10, 40, 20, 50, 30, 60 }));
    }

    static PixelImage Image(int width, int height, byte[] samples) =>
        new(width, height, MemoryMarshal.Cast<byte, Rgb24>(samples).ToArray());

    static void RequireTurboJpeg()
    {
        try
        {
            ImageFile.Require(ImageDecoder.Turbojpeg);
        }
        catch (UserErrorException missing)
        {
            Assert.That(missing.Message, Does.Contain("libturbojpeg").And.Not.Contain('\n'));
            Assert.Ignore(missing.Message);
        }
    }

    static void AssertNear(ReadOnlySpan<byte> actual, byte[] expected, int tolerance)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
            Assert.That((int)actual[i], Is.EqualTo((int)expected[i]).Within(tolerance), $"sample {i}");
    }

    sealed record GoldenFile(SoundImage[] Images, DamagedImage[] Damaged, ResizedImage[] Resized);

    public sealed record SoundImage(string Name, byte[] File, int Width, int Height, byte[] Rgb, int Tolerance)
    {
        /// <summary>The pixels without smoothing between those of chroma, where they differ.</summary>
        public byte[]? Blocky { get; init; }
    }

    public sealed record DamagedImage(string Name, byte[] File, string Reason);

    public sealed record ResizedImage(int Width, int Height, byte[] Rgb, int ToWidth, int ToHeight, byte[] Resized);
}
