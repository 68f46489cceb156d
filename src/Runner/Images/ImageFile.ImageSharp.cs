#if IMAGESHARP
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace TripletGpu.Runner.Images;

public static partial class ImageFile
{
    /// <inheritdoc/>
    public static partial string Codec => "own PNG; JPEG by ImageSharp";

    static bool CanDecodeJpeg => true;

    private static partial PixelImage DecodeJpeg(ReadOnlySpan<byte> file)
    {
        // ImageSharp fills up what is missing of a file that was cut short.
        if (file.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) < 0)
            throw new ImageFormatException("damaged JPEG: it has no end");
        try
        {
            ImageInfo info = Image.Identify(file);
            PixelImage.CheckSize(info.Width, info.Height);
            using Image<Rgb24> image = Image.Load<Rgb24>(file);
            image.Mutate(x => x.AutoOrient());
            byte[] pixels = new byte[image.Width * image.Height * 3];
            image.CopyPixelDataTo(pixels);
            return new PixelImage(image.Width, image.Height, pixels);
        }
        catch (SixLabors.ImageSharp.ImageFormatException exception)
        {
            throw new ImageFormatException($"damaged JPEG: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
#endif
