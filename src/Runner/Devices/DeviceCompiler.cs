using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Runner.Devices;

/// <summary>A way to compile the kernels for a device.</summary>
/// <param name="id">What stands behind the + of <c>--device cuda:0+ilgpu</c>.</param>
/// <param name="name">With its version: <c>NVRTC 12.4</c>.</param>
/// <param name="found">
/// Why it cannot be used, as far as can be seen without opening it; empty where it seems it can.
/// </param>
/// <param name="open">Opens the device with it.</param>
sealed class DeviceCompiler(string id, string name, string found, Func<IGpuDriver> open)
{
    string? tried;

    /// <summary>What stands behind the + of <c>--device cuda:0+ilgpu</c>.</summary>
    public string Id => id;

    /// <summary>With its version: <c>NVRTC 12.4</c>.</summary>
    public string Name => name;

    /// <summary>Why it cannot be used, as far as is known: nothing is opened for this.</summary>
    public string KnownFault => tried ?? found;

    /// <summary>Whether a kernel was built to see if it can be used.</summary>
    public bool WasTried => found == "" && tried is not null;

    /// <summary>Opens the device.</summary>
    public IGpuDriver Open() => open();

    /// <summary>
    /// Why it cannot be used; empty where it can. Asked for the first time, it builds and runs a kernel.
    /// </summary>
    public string Fault() => tried ??= OneLine(found != "" ? found : GpuSelfTest.Run(open));

    /// <summary>A driver's message on one line.</summary>
    public static string OneLine(string message) =>
        string.Join(' ', message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
