namespace TripletGpu.Runner.Devices;

/// <summary>A device that was found on this machine.</summary>
/// <param name="Id">What <c>--device</c> takes.</param>
/// <param name="Name">The hardware's name.</param>
/// <param name="Driver">What runs on it, with its version or instruction set.</param>
/// <param name="MemoryBytes">The memory that it can use.</param>
/// <param name="ComputeUnits">Cores of a CPU, compute units or multiprocessors of a GPU.</param>
/// <param name="Auto">Whether <c>--device auto</c> takes it.</param>
/// <param name="Usable">Whether it can be used.</param>
/// <param name="Reason">Why it cannot; null where it can.</param>
sealed record DeviceEntry(
    string Id, string Name, string Driver, long MemoryBytes, int ComputeUnits, bool Auto, bool Usable,
    string? Reason = null)
{
    /// <summary>A kind of driver without a device, and why.</summary>
    public static DeviceEntry Missing(string family, string reason) => new(family, "", "", 0, 0, false, false, reason);
}
