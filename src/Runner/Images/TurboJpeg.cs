using System.Reflection;
using System.Runtime.InteropServices;

namespace TripletGpu.Runner.Images;

/// <summary>The functions of libturbojpeg (its API of version 2, which version 3 still has).</summary>
static unsafe partial class TurboJpeg
{
    /// <summary>An <see cref="ErrorCode"/>: an image was made, but something in the file was wrong.</summary>
    public const int Warning = 0;

    const string Library = "turbojpeg";

    static readonly nint handle = Load();

    static TurboJpeg() => NativeLibrary.SetDllImportResolver(typeof(TurboJpeg).Assembly, Resolve);

    /// <summary>The layout of decoded pixels.</summary>
    public enum Format { Rgb = 0, Cmyk = 11 }

    /// <summary>The colours that a file stores.</summary>
    public enum Colours { Rgb, YCbCr, Grey, Cmyk, Ycck }

    /// <summary>Why JPEG files cannot be read by it here, or null where they can.</summary>
    public static string? Unavailable => handle != 0
        ? null
        : "data.decoder turbojpeg needs libturbojpeg, which is not installed"
            + " (Debian: libturbojpeg0; Fedora: turbojpeg; macOS: jpeg-turbo)";

    /// <summary>What was wrong last.</summary>
    public static string Message(nint decoder) => Marshal.PtrToStringUTF8(ErrorText(decoder)) ?? "";

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader(
        nint decoder, byte* data, nuint bytes, out int width, out int height, out int subsampling, out Colours colours);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        nint decoder, byte* data, nuint bytes, byte* pixels, int width, int pitch, int height, Format format,
        int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int ErrorCode(nint decoder);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint decoder);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint ErrorText(nint decoder);

    static nint Load()
    {
        string[] names = OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
            : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib"]
            : ["libturbojpeg.so.0", "libturbojpeg.so"];
        foreach (string name in names)
            if (NativeLibrary.TryLoad(name, out nint loaded)) return loaded;
        return 0;
    }

    /// <summary>Other libraries of the program are found by their own names.</summary>
    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Library ? handle : 0;
}
