using System.Globalization;
using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>
/// Cases that numbers decide: the same few in every run. TRIPLETGPU_SWEEP=N takes N of each kind, and larger ones; a
/// failure's number finds its case again.
/// </summary>
public static class Sweep
{
    /// <summary>What TRIPLETGPU_SWEEP asks for, or null.</summary>
    public static int? Asked { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRIPLETGPU_SWEEP"), CultureInfo.InvariantCulture, out int n)
            ? n : null;

    /// <summary>Whether a device's test name is of the CPU backend.</summary>
    public static bool IsCpu(string device) => device.StartsWith("cpu", StringComparison.Ordinal);

    /// <summary>
    /// Runs a check for the numbers from 0 on, the CPU backend with one to four threads in turn, and fails with all
    /// that is wrong.
    /// </summary>
    /// <param name="device">The device's test name.</param>
    /// <param name="count">How many on the CPU backend, a fifth elsewhere, unless other ones are asked for.</param>
    /// <param name="check">Gets the device and the number.</param>
    public static void ForEach(string device, int count, Action<Device, int> check)
    {
        using Device? shared = IsCpu(device) ? null : TestDevices.Open(device);
        List<string> faults = [];
        for (int i = 0; i < (Asked ?? (IsCpu(device) ? count : count / 5)); i++)
        {
            int threads = 1 + i % 4;
            Device own = shared ?? TestDevices.Open(device, threads);
            try
            {
                check(own, i);
            }
            catch (Exception e)
            {
                faults.Add($"number {i}, {threads} threads: {(e is AssertionException ? e.Message : e)}");
            }
            finally
            {
                if (shared is null) own.Dispose();
            }
        }
        Assert.That(faults, Is.Empty, string.Join("\n", faults));
    }
}
