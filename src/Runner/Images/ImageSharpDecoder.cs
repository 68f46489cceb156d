using System.Buffers;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace TripletGpu.Runner.Images;

/// <summary>Decodes files by ImageSharp, of its formats PNG, JPEG, BMP and WebP alone.</summary>
static class ImageSharpDecoder
{
    // Three 16-bit samples of the most pixels that an image may have.
    const int MostMegabytes = 600;

    static readonly SixLabors.ImageSharp.Configuration formats = CreateFormats();

    /// <summary>What the header says.</summary>
    /// <returns>The width and height as stored, and the EXIF orientation, 1 where there is none.</returns>
    public static (int Width, int Height, int Orientation) ReadHeader(ArraySegment<byte> file, ImageKind kind) =>
        Guarded(kind, () =>
        {
            using MemoryStream stream = new(file.Array!, file.Offset, file.Count, writable: false);
            IImageInfo info = Image.Identify(formats, stream, out _)
                ?? throw new ImageFormatException($"damaged {kind.Name()}: it has no header");
            return (info.Width, info.Height, Orientation(info.Metadata.ExifProfile));
        });

    /// <summary>The orientation that EXIF data ask for.</summary>
    public static int ReadOrientation(ReadOnlySpan<byte> exif)
    {
        byte[] bytes = exif.ToArray();
        return Guarded(ImageKind.Png, () => Orientation(new ExifProfile(bytes)));
    }

    /// <summary>
    /// The pixels as they are stored, not turned. Transparency is dropped, 16 bits lose their lower half.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="isDeep">Whether its samples have 16 bits.</param>
    /// <exception cref="ImageFormatException">The file is damaged.</exception>
    public static PixelImage Decode(ArraySegment<byte> file, ImageKind kind, bool isDeep) => Guarded(kind, () =>
    {
        if (!isDeep)
        {
            Image<Rgb24> image = Image.Load<Rgb24>(formats, file);
            if (image.DangerousTryGetSinglePixelMemory(out Memory<Rgb24> memory))
                return new PixelImage(image.Width, image.Height, memory, image);
            image.Dispose();
            throw new ImageFormatException("its pixels are too many for one piece of memory");
        }
        using Image<Rgb48> deep = Image.Load<Rgb48>(formats, file);
        PixelImage halves = Allocate(deep.Width, deep.Height);
        deep.ProcessPixelRows(rows =>
        {
            Span<byte> pixels = halves.Pixels;
            for (int y = 0, to = 0; y < rows.Height; y++)
                foreach (Rgb48 pixel in rows.GetRowSpan(y))
                {
                    pixels[to++] = (byte)(pixel.R >> 8);
                    pixels[to++] = (byte)(pixel.G >> 8);
                    pixels[to++] = (byte)(pixel.B >> 8);
                }
        });
        return halves;
    });

    /// <summary>An image with any pixels, out of memory that goes round.</summary>
    public static PixelImage Allocate(int width, int height)
    {
        IMemoryOwner<Rgb24> memory = formats.MemoryAllocator.Allocate<Rgb24>(width * height);
        return new PixelImage(width, height, memory.Memory, memory);
    }

    static SixLabors.ImageSharp.Configuration CreateFormats()
    {
        SixLabors.ImageSharp.Configuration made = new(
            new PngConfigurationModule(), new JpegConfigurationModule(), new BmpConfigurationModule(),
            new WebpConfigurationModule())
        {
            MaxDegreeOfParallelism = 1, // images are decoded side by side
            PreferContiguousImageBuffers = true,
            MemoryAllocator = MemoryAllocator.Create(new() { AllocationLimitMegabytes = MostMegabytes }),
        };
        // Texts and colour profiles of PNG are compressed: they may grow to anything, and are of no use.
        made.ImageFormatsManager.SetDecoder(PngFormat.Instance, new PngDecoder { IgnoreMetadata = true });
        return made;
    }

    static int Orientation(ExifProfile? profile) => profile?.GetValue(ExifTag.Orientation)?.Value ?? 1;

    /// <summary>ImageSharp throws exceptions of many types at damaged files.</summary>
    static T Guarded<T>(ImageKind kind, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is not (ImageFormatException or OutOfMemoryException))
        {
            throw new ImageFormatException(
                $"damaged {kind.Name()}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
