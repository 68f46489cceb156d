using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>A file that registers an OpenCL driver which cannot be loaded.</summary>
/// <param name="File">The .icd file.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record BrokenVendor(string File, string Reason);

/// <summary>
/// The drivers that are registered with the ICD loader on Linux. The loader passes over one that does not load without
/// a word, so this looks again.
/// </summary>
public static class OpenClVendors
{
    const string SystemFolder = "/etc/OpenCL/vendors";

    /// <summary>The registered drivers that do not load.</summary>
    public static IReadOnlyList<BrokenVendor> Broken() => Broken(Environment.GetEnvironmentVariable("OCL_ICD_VENDORS"));

    internal static IReadOnlyList<BrokenVendor> Broken(string? vendors)
    {
        if (string.IsNullOrEmpty(vendors)) vendors = SystemFolder;
        IEnumerable<string> files = Directory.Exists(vendors) ? Directory.EnumerateFiles(vendors, "*.icd").Order(
            StringComparer.Ordinal)
            : File.Exists(vendors) && vendors.EndsWith(".icd", StringComparison.Ordinal) ? [vendors] : [];
        return [.. files.Select(f => new BrokenVendor(f, WhyBroken(f))).Where(b => b.Reason != "")];
    }

    static string WhyBroken(string file)
    {
        try
        {
            string library = File.ReadAllText(file).Trim();
            if (library == "") return $"{file} names no library";
            // What loads stays loaded: the ICD loader holds it too.
            nint handle = NativeLibrary.Load(library);
            return NativeLibrary.TryGetExport(handle, "clGetExtensionFunctionAddress", out _) ? ""
                : $"{file} names {library}, which is no OpenCL driver";
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return $"{file} names a library that does not load: {SystemsWord(exception.Message)}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    // .NET puts advice in front; what the system said stands on lines of its own.
    static string SystemsWord(string message) =>
        message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [_, var word, ..]
            ? word : message;
}
