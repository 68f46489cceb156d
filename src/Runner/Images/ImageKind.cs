namespace TripletGpu.Runner.Images;

/// <summary>The kinds of image files that are read.</summary>
enum ImageKind { None, Png, Jpeg, Bmp, WebP }

/// <summary>Tells the kinds apart by their first bytes.</summary>
static class ImageKinds
{
    /// <summary>So many first bytes tell.</summary>
    public const int HeadBytes = 18;

    /// <summary>How the kinds are called in messages: PNG, JPEG, BMP, WebP.</summary>
    public static string Name(this ImageKind kind) => kind == ImageKind.WebP ? "WebP" : $"{kind}".ToUpperInvariant();

    /// <summary>The kind of a file.</summary>
    /// <param name="head">Its first <see cref="HeadBytes"/> or more, all where it has fewer.</param>
    public static ImageKind Of(ReadOnlySpan<byte> head) =>
        head.StartsWith(PngStructure.Signature) ? ImageKind.Png
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageKind.Jpeg
        : head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8) ? ImageKind.WebP
        : IsBitmap(head) ? ImageKind.Bmp : ImageKind.None;

    /// <summary>Many a text begins with BMP's two letters: the header's length must be one of BMP's, too.</summary>
    static bool IsBitmap(ReadOnlySpan<byte> head) =>
        head.StartsWith("BM"u8) && head.Length >= HeadBytes
        && head[14] is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124 && head[15..18].IndexOfAnyExcept((byte)0) < 0;
}
