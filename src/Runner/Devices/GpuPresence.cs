namespace TripletGpu.Runner.Devices;

/// <summary>
/// Whether a GPU can be there at all, seen without loading a driver: OpenCL's loader loads every driver it knows, and
/// those that compile for the CPU bring a compiler of some hundred megabytes with them.
/// </summary>
static class GpuPresence
{
    // What the kernel drivers of NVIDIA, all of DRM (AMD, Intel, Apple under Linux), AMD's compute, Windows' subsystem
    // for Linux, Mali, Adreno and PowerVR name their devices.
    static readonly string[] Nodes =
        ["nvidia*", "dri", "kfd", "dxg", "mali*", "kgsl*", "pvr*"];

    /// <summary>False only under Linux, and where no kernel driver of a GPU has made its device.</summary>
    public static bool IsPossible { get; } = !OperatingSystem.IsLinux() || HasNode("/dev");

    /// <summary>Whether a folder of devices has one that a GPU's kernel driver makes.</summary>
    internal static bool HasNode(string folder) =>
        Nodes.Any(node => Directory.EnumerateFileSystemEntries(folder, node).Any());
}
