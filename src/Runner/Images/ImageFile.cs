using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Images;

/// <summary>Decodes image files by what they contain, whatever they are called.</summary>
public static partial class ImageFile
{
    // Larger than any photograph; a file is read as a whole.
    const int MostBytes = 1 << 29;

    /// <summary>Which code this build decodes images with, and what it lacks here; for people.</summary>
    public static partial string Codec { get; }

    /// <summary>Whether this build can decode files that begin like this one here.</summary>
    internal static bool CanDecode(ReadOnlySpan<byte> file) => CanDecodeJpeg || !JpegDecoder.Recognises(file);

    /// <summary>
    /// Whether a file is meant as an image: by its first bytes, or by its name where those are damaged.
    /// </summary>
    public static bool IsImage(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg") return true;
        Span<byte> head = stackalloc byte[8];
        using FileStream stream = InputFile.Open(path);
        ReadOnlySpan<byte> read = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return PngDecoder.Recognises(read) || JpegDecoder.Recognises(read);
    }

    /// <summary>Decodes a file to RGB, upright.</summary>
    /// <exception cref="ImageFormatException">It cannot be read or is no image, with the reason.</exception>
    /// <exception cref="UserErrorException">A library that decoding needs is missing.</exception>
    public static PixelImage Decode(string path)
    {
        byte[] file;
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw new ImageFormatException("larger than any photograph");
            file = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException($"cannot be read: {exception.Message}", exception);
        }
        return Decode(file);
    }

    /// <inheritdoc cref="Decode(string)"/>
    /// <param name="file">The whole contents.</param>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) throw new ImageFormatException("empty");
        if (PngDecoder.Recognises(file)) return PngDecoder.Decode(file);
        return JpegDecoder.Recognises(file) ? DecodeJpeg(file) : throw new ImageFormatException("neither PNG nor JPEG");
    }

    private static partial PixelImage DecodeJpeg(ReadOnlySpan<byte> file);
}
