#if IMAGESHARP
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace TripletGpu.Runner.Images;

public static partial class ImageFile
{
    /// <inheritdoc/>
    public static partial string Codec => "PNG and JPEG by ImageSharp";

    static bool CanDecodeJpeg => true;

    private static partial PixelImage DecodeKnown(ReadOnlySpan<byte> file)
    {
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
            throw new ImageFormatException(exception.Message.ReplaceLineEndings(" "), exception);
        }
    }
}
#endif
