using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace TripletGpu.Bench.Peers;

/// <summary>
/// LibTorch's library: whether it can be used here, and set up as those of its users do who have the best figures.
/// </summary>
static partial class LibTorch
{
    /// <summary>Why it cannot be used; empty where it can.</summary>
    public static string Missing()
    {
        const string library = "libLibTorchSharp.so";
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return "its package is used on Linux with x64 only";
        string file = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", library);
        if (!File.Exists(file)) return $"{file} is not there";
        try
        {
            // Before TorchSharp tries, which copies everything to a folder of its own where this fails.
            NativeLibrary.Load(file);
            return "";
        }
        catch (DllNotFoundException exception)
        {
            string version = NeededVersion().Match(exception.Message).Value;
            return version == "" ? exception.Message.ReplaceLineEndings(" ")
                : $"{library} needs {version} of libstdc++, which this system lacks and Debian 13 has:"
                    + " tests/debian13.sh bench runs this in one";
        }
    }

    /// <summary>Threads as the other contestants have them, and memory that is kept.</summary>
    public static void SetUp()
    {
        Glibc.KeepBuffers();
        torch.set_num_threads(Contestants.Threads);
    }

    [GeneratedRegex(@"GLIBCXX_[\d.]*\d")]
    private static partial Regex NeededVersion();
}
