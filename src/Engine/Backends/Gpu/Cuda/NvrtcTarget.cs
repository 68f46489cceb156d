namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>What NVRTC is asked to make for a device.</summary>
/// <param name="Architecture">
/// <c>sm_89</c>: machine code for the device itself; <c>compute_80</c>: PTX that the driver finishes.
/// </param>
readonly record struct NvrtcTarget(string Architecture)
{
    /// <summary>Whether the result is machine code (CUBIN), which an older driver takes too, and not PTX.</summary>
    public bool IsCubin => Architecture.StartsWith("sm_", StringComparison.Ordinal);

    /// <summary>The compiler's options.</summary>
    public string[] Options => [$"--gpu-architecture={Architecture}", "--std=c++17", "--fmad=false"];

    /// <summary>
    /// Machine code where the compiler knows the device; else PTX for the newest architecture below it. Null where the
    /// compiler is too new: it knows only later architectures.
    /// </summary>
    /// <param name="capability">The device's compute capability, 89 for 8.9.</param>
    /// <param name="known">The architectures that the compiler knows.</param>
    public static NvrtcTarget? For(int capability, ReadOnlySpan<int> known)
    {
        int best = 0;
        foreach (int architecture in known)
            if (architecture <= capability && architecture > best) best = architecture;
        if (best == 0) return null;
        return new(best == capability ? $"sm_{best}" : $"compute_{best}");
    }
}
