using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Reads JPEG images through libturbojpeg, found at run time. Used where the ImageSharp package is not part of the
/// build.
/// </summary>
public static unsafe partial class JpegDecoder
{
    const string Library = "turbojpeg";
    const int RgbFormat = 0; // TJPF_RGB

    /// <summary>Whether <paramref name="file"/> begins as a JPEG file does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    static JpegDecoder() => NativeLibrary.SetDllImportResolver(typeof(JpegDecoder).Assembly, Resolve);

    /// <summary>Why JPEG files cannot be read here, or null where they can.</summary>
    public static string? Unavailable => NativeLibrary.TryLoad(FileNames[0], out _) || NativeLibrary.TryLoad(FileNames[^1], out _)
        ? null
        : "JPEG needs libturbojpeg, which is not installed (Debian: libturbojpeg0; Fedora: turbojpeg; macOS: jpeg-turbo)";

    static string[] FileNames => OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    /// <summary>Decodes a whole file and turns it upright by its EXIF orientation.</summary>
    /// <exception cref="ImageFormatException">The file is damaged or too large.</exception>
    /// <exception cref="UserErrorException">The library is missing; the message names the package.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (Unavailable is { } reason) throw new UserErrorException(reason);
        nint decoder = InitDecompress();
        try
        {
            fixed (byte* data = file)
            {
                if (DecompressHeader(decoder, data, (nuint)file.Length, out int width, out int height, out _, out _) != 0)
                    throw Failure(decoder);
                if ((long)width * height > PngDecoder.MostPixels)
                    throw new ImageFormatException($"the JPEG header says {width} x {height} pixels, more than {PngDecoder.MostPixels:N0}");
                byte[] pixels = new byte[width * height * 3];
                fixed (byte* to = pixels)
                    if (Decompress(decoder, data, (nuint)file.Length, to, width, 0, height, RgbFormat, 0) != 0)
                        throw Failure(decoder);
                return new PixelImage(width, height, pixels).Oriented(Orientation(file));
            }
        }
        finally
        {
            Destroy(decoder);
        }
    }

    /// <summary>The EXIF orientation, 1 where there is none.</summary>
    internal static int Orientation(ReadOnlySpan<byte> file)
    {
        const byte App1 = 0xE1, StartOfScan = 0xDA;
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (file[at + 1] == StartOfScan || length < 2 || at + 2 + length > file.Length) break;
            ReadOnlySpan<byte> segment = file.Slice(at + 4, length - 2);
            if (file[at + 1] == App1 && segment.StartsWith("Exif\0\0"u8)) return FromTiff(segment[6..]);
            at += 2 + length;
        }
        return 1;
    }

    static int FromTiff(ReadOnlySpan<byte> tiff)
    {
        const int OrientationTag = 0x0112, EntryBytes = 12;
        if (tiff.Length < 8) return 1;
        bool little = tiff[0] == (byte)'I';
        uint directory = UInt32(tiff[4..], little);
        if (directory > tiff.Length - 2) return 1;
        int entries = UInt16(tiff[(int)directory..], little);
        for (int i = 0; i < entries; i++)
        {
            int at = (int)directory + 2 + i * EntryBytes;
            if (at + EntryBytes > tiff.Length) break;
            if (UInt16(tiff[at..], little) == OrientationTag) return UInt16(tiff[(at + 8)..], little);
        }
        return 1;
    }

    static int UInt16(ReadOnlySpan<byte> from, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);

    static uint UInt32(ReadOnlySpan<byte> from, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(from) : BinaryPrimitives.ReadUInt32BigEndian(from);

    static ImageFormatException Failure(nint decoder) =>
        new($"damaged JPEG: {Marshal.PtrToStringUTF8(ErrorText(decoder))}");

    static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        foreach (string file in FileNames)
            if (NativeLibrary.TryLoad(file, out nint handle)) return handle;
        return 0;
    }

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static partial int DecompressHeader(
        nint decoder, byte* data, nuint bytes, out int width, out int height, out int subsampling, out int colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(
        nint decoder, byte* data, nuint bytes, byte* pixels, int width, int pitch, int height, int format, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint ErrorText(nint decoder);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint decoder);
}
