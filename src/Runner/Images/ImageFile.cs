using System.Buffers;
using System.Buffers.Binary;
using System.Reflection;
using Microsoft.Win32.SafeHandles;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Images;

/// <summary>Decodes image files by what they contain, whatever they are called: PNG, JPEG, BMP and WebP.</summary>
public static class ImageFile
{
    // Larger than any photograph; a file is read as a whole.
    const int MostBytes = 1 << 29;

    static readonly string[] extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp"];

    /// <summary>Which code decodes images here, for people.</summary>
    public static string Codec { get; } =
        $"ImageSharp {Version(typeof(SixLabors.ImageSharp.Image).Assembly)};"
        + $" data.decoder=turbojpeg {(TurboJpeg.Unavailable is null ? "is available" : "is not: no libturbojpeg")}";

    /// <summary>The package's version: the assembly's own stays at 2.0.0.</summary>
    static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>
    /// Whether a file is meant as an image: by its first bytes, or by its name where those are damaged.
    /// </summary>
    public static bool IsImage(string path)
    {
        if (extensions.Contains(Path.GetExtension(path).ToLowerInvariant())) return true;
        // What has no bytes is no image; nor is a pipe, which waits for a writer when it is opened.
        if (new FileInfo(path) is { Exists: true, LinkTarget: null, Length: 0 }) return false;
        try
        {
            using FileStream stream = InputFile.Open(path);
            Span<byte> head = stackalloc byte[ImageKinds.HeadBytes];
            return ImageKinds.Of(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)])
                != ImageKind.None;
        }
        catch (UserErrorException) when (new FileInfo(path).LinkTarget is not null)
        {
            return false; // it leads nowhere, or to itself
        }
    }

    /// <summary>Checks that a decoder can be had before it is needed.</summary>
    /// <exception cref="UserErrorException">Its library is missing; the message names the package.</exception>
    public static void Require(ImageDecoder decoder)
    {
        if (decoder == ImageDecoder.Turbojpeg && TurboJpeg.Unavailable is { } reason)
            throw new UserErrorException(reason);
    }

    /// <summary>Decodes a file to RGB, upright.</summary>
    /// <exception cref="ImageFormatException">It cannot be read or is no image, with the reason.</exception>
    /// <exception cref="UserErrorException">A library that decoding needs is missing.</exception>
    public static PixelImage Decode(string path, ImageDecoder decoder = ImageDecoder.Imagesharp)
    {
        byte[] buffer = [];
        try
        {
            // Before it is opened: to open a pipe waits for somebody who writes into it.
            if (new FileInfo(path) is { LinkTarget: null, Length: 0 }) throw new ImageFormatException("empty");
            using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            long length = RandomAccess.GetLength(file);
            if (length > MostBytes) throw new ImageFormatException("larger than any photograph");
            buffer = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            for (int got = 1; got > 0 && read < length; read += got)
                got = RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read);
            return DecodeInPlace(new ArraySegment<byte>(buffer, 0, read), decoder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException($"cannot be read: {exception.Message}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc cref="Decode(string, ImageDecoder)"/>
    /// <param name="file">The whole contents.</param>
    /// <param name="decoder">What decodes JPEG.</param>
    public static PixelImage Decode(ReadOnlySpan<byte> file, ImageDecoder decoder = ImageDecoder.Imagesharp) =>
        DecodeInPlace(file.ToArray(), decoder);

    /// <summary>Decodes contents, which may change.</summary>
    static PixelImage DecodeInPlace(ArraySegment<byte> file, ImageDecoder decoder)
    {
        if (file.Count == 0) throw new ImageFormatException("empty");
        ImageKind kind = ImageKinds.Of(file);
        return kind switch
        {
            ImageKind.None => throw new ImageFormatException("neither PNG nor JPEG nor BMP nor WebP"),
            ImageKind.Png => DecodePng(file),
            ImageKind.Jpeg => DecodeJpeg(file, decoder),
            _ => DecodeOther(file, kind),
        };
    }

    static PixelImage DecodePng(ArraySegment<byte> file)
    {
        bool hasEnd = PngStructure.Check(file, out PngHeader header, out ReadOnlySpan<byte> exif);
        PixelImage.CheckSize(header.Width, header.Height, file.Count);
        // ImageSharp does not tell a whole file from one that lacks lines: what it gets of these has been checked.
        bool isChecked = !hasEnd || header.IsInterlaced;
        if (isChecked) PngStructure.CheckLines(file);
        PixelImage image = ImageSharpDecoder.Decode(file, ImageKind.Png, header.Bits == 16);
        if (!isChecked && image.Pixels[^(3 * image.Width)..].IndexOfAnyExcept((byte)0) < 0)
            PngStructure.CheckLines(file);
        return exif.IsEmpty ? image : image.Oriented(ImageSharpDecoder.ReadOrientation(exif));
    }

    static PixelImage DecodeJpeg(ArraySegment<byte> file, ImageDecoder decoder)
    {
        int precision = JpegStructure.Check(ref file);
        (int width, int height, int orientation) = ImageSharpDecoder.ReadHeader(file, ImageKind.Jpeg);
        PixelImage.CheckSize(width, height, file.Count);
        PixelImage image = decoder == ImageDecoder.Turbojpeg && precision == 8
            ? TurboJpegDecoder.Decode(file)
            : ImageSharpDecoder.Decode(file, ImageKind.Jpeg, isDeep: false);
        return image.Oriented(orientation);
    }

    static PixelImage DecodeOther(ArraySegment<byte> file, ImageKind kind)
    {
        if (kind == ImageKind.WebP && BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)) > file.Count - 8)
            throw new ImageFormatException("damaged WebP: it is truncated");
        if (kind == ImageKind.Bmp) BitmapStructure.Check(file);
        (int width, int height, int orientation) = ImageSharpDecoder.ReadHeader(file, kind);
        PixelImage.CheckSize(width, height, file.Count);
        return ImageSharpDecoder.Decode(file, kind, isDeep: false).Oriented(orientation);
    }
}
