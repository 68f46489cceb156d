using System.Text.Json;
using TripletGpu.Runner.Images;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Images;

/// <summary>Damaged images of every format: nothing worse than a format error.</summary>
public sealed class ImageMutationTests
{
    static readonly SoundImage[] images = JsonSerializer.Deserialize<GoldenFile>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "images.json")), JsonSerializerOptions.Web)!
        .Images;

    [TestCase("png")]
    [TestCase("jpeg")]
    [TestCase("bmp")]
    [TestCase("webp")]
    public void Image_Damaged(string format) => Mutations.Survives(
        400, [.. images.Where(image => image.Name.StartsWith(format, StringComparison.Ordinal)).Select(i => i.File)],
        file => ImageFile.Decode(file).Dispose(), typeof(ImageFormatException));

    sealed record GoldenFile(SoundImage[] Images);

    sealed record SoundImage(string Name, byte[] File);
}
