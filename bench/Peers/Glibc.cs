using System.Runtime.InteropServices;

namespace TripletGpu.Bench.Peers;

/// <summary>What the peers' native code takes from the C library, where that is glibc.</summary>
static class Glibc
{
    const int TrimThreshold = -1, TopPad = -2, MostMaps = -4, MostArenas = -8;

    /// <summary>
    /// Keeps large buffers, instead of giving every activation back to the system and faulting it in again.
    /// </summary>
    public static void KeepBuffers()
    {
        if (!OperatingSystem.IsLinux()) return;
        _ = SetOption(MostMaps, 0);
        _ = SetOption(TrimThreshold, int.MaxValue);
        _ = SetOption(TopPad, 256 << 20);
        _ = SetOption(MostArenas, 1);
    }

    /// <summary>Sets a variable as native code sees it; .NET's own changes stay within .NET.</summary>
    public static void SetVariable(string name, string value)
    {
        if (OperatingSystem.IsWindows()) Environment.SetEnvironmentVariable(name, value);
        else _ = SetEnvironment(name, value, 1);
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    static extern int SetOption(int option, int value);

    [DllImport("libc", EntryPoint = "setenv")]
    static extern int SetEnvironment(string name, string value, int overwrite);
}
