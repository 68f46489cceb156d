namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>A kernel's share of a profile.</summary>
/// <param name="Kernel">Its name, with the structs it is bound to.</param>
/// <param name="Launches">How often it ran.</param>
/// <param name="Seconds">The device's time for all of them.</param>
public sealed record KernelTime(string Kernel, int Launches, double Seconds);

/// <summary>The device's time by kernel, from a driver's events. Complete after a wait for the device.</summary>
public sealed class KernelProfile
{
    readonly Dictionary<string, (int Launches, double Seconds)> times = [];

    /// <summary>The device's time for everything, in seconds; time between kernels is not in it.</summary>
    public double Seconds => times.Values.Sum(t => t.Seconds);

    /// <summary>The kernels, the one that took the most time first.</summary>
    public IReadOnlyList<KernelTime> Kernels =>
        [
            .. times.Select(t => new KernelTime(t.Key, t.Value.Launches, t.Value.Seconds)).OrderByDescending(
                t => t.Seconds),
        ];

    /// <summary>Adds a launch.</summary>
    public void Add(string kernel, double seconds)
    {
        (int launches, double sum) = times.GetValueOrDefault(kernel);
        times[kernel] = (launches + 1, sum + seconds);
    }

    /// <summary>Forgets what has been added.</summary>
    public void Clear() => times.Clear();
}
