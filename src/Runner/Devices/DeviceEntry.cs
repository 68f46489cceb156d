namespace TripletGpu.Runner.Devices;

/// <summary>A way to compile kernels for a device.</summary>
/// <param name="Id">What stands behind the + of <c>--device cuda:0+ilgpu</c>.</param>
/// <param name="Name">With its version.</param>
/// <param name="Usable">Whether it can be used, as far as is known without trying.</param>
/// <param name="Reason">Why it cannot; null where it can.</param>
/// <param name="Tuned">When <c>triplet bench --tune</c> measured its tiles; null where it has not.</param>
sealed record CompilerEntry(string Id, string Name, bool Usable, string? Reason, DateTime? Tuned);

/// <summary>A device that was found on this machine.</summary>
/// <param name="Id">What <c>--device</c> takes.</param>
/// <param name="Name">The hardware's name.</param>
/// <param name="Driver">What runs on it, with its version or instruction set.</param>
/// <param name="MemoryBytes">The memory that it can use.</param>
/// <param name="ComputeUnits">Cores of a CPU, compute units or multiprocessors of a GPU.</param>
/// <param name="Auto">Whether <c>--device auto</c> takes it.</param>
/// <param name="Usable">Whether it can be used.</param>
/// <param name="Reason">Why it cannot; null where it can.</param>
/// <param name="Compilers">The ways to compile kernels for it, the preferred one first; none for the CPU.</param>
sealed record DeviceEntry(
    string Id, string Name, string Driver, long MemoryBytes, int ComputeUnits, bool Auto, bool Usable,
    string? Reason = null, IReadOnlyList<CompilerEntry>? Compilers = null)
{
    /// <inheritdoc cref="DeviceEntry"/>
    public IReadOnlyList<CompilerEntry> Compilers { get; } = Compilers ?? [];

    /// <summary>A kind of driver without a device, and why.</summary>
    public static DeviceEntry Missing(string family, string reason) => new(family, "", "", 0, 0, false, false, reason);
}
