namespace TripletGpu.Runner.Images;

public static partial class ImageFile
{
    /// <inheritdoc/>
    public static partial string Codec => $"own PNG; {TurboJpeg.Unavailable ?? "JPEG by libturbojpeg"}";

    static bool CanDecodeJpeg => TurboJpeg.Unavailable is null;

    private static partial PixelImage DecodeJpeg(ReadOnlySpan<byte> file) => JpegDecoder.Decode(file);
}
