using TripletGpu.Backends;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Support;

/// <summary>
/// A GPU's driver that says other things of its device, refuses what those do not allow, is full after so many
/// allocations, and counts what is taken from it. It does not own the driver behind it.
/// </summary>
/// <param name="driver">What computes.</param>
/// <param name="capabilities">What the device is said to be; null for what it is.</param>
public sealed unsafe class AlteredDriver(IGpuDriver driver, GpuCapabilities? capabilities = null) : IGpuDriver
{
    readonly Dictionary<nint, long> blocks = [];

    public GpuCapabilities Capabilities { get; } = capabilities ?? driver.Capabilities;

    /// <summary>How many more blocks there are; null for as many as the device has.</summary>
    public int? BlocksLeft { get; set; }

    /// <summary>Kernels that do nothing, by the end of their names.</summary>
    public string? LeftOut { get; set; }

    /// <summary>What is launched in a kernel's place; null for the kernel itself.</summary>
    public Func<KernelSource, KernelSource>? Replace { get; set; }

    /// <summary>
    /// What has been asked of the device, in order: names of kernels, <c>upload</c>, <c>copy</c>, and <c>wait</c> for
    /// what lets the host wait for all before it.
    /// </summary>
    public List<string> Issued { get; } = [];

    /// <summary>Blocks that have not been given back.</summary>
    public int Live => blocks.Count;

    /// <summary>Bytes of these blocks.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most that they have been.</summary>
    public long PeakBytes { get; set; }

    public nint Allocate(long bytes)
    {
        if (BlocksLeft-- <= 0) throw new DeviceOutOfMemoryException("full");
        nint block = driver.Allocate(bytes);
        blocks.Add(block, bytes);
        Bytes += bytes;
        PeakBytes = Math.Max(PeakBytes, Bytes);
        return block;
    }

    public void Free(nint buffer)
    {
        blocks.Remove(buffer, out long bytes);
        Bytes -= bytes;
        driver.Free(buffer);
    }

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (kernel.Group is { } group && (long)group.X * group.Y * group.Z > Capabilities.MaxGroupItems)
            throw new InvalidOperationException(
                $"{kernel.Name} has groups of {(long)group.X * group.Y * group.Z}, of"
                + $" {Capabilities.MaxGroupItems} that the device allows");
        if (kernel.SharedBytes > Capabilities.SharedBytes)
            throw new InvalidOperationException(
                $"{kernel.Name} takes {kernel.SharedBytes} bytes of shared memory, of {Capabilities.SharedBytes} that"
                + " the device has");
        Issued.Add(kernel.Name);
        if (LeftOut is null || !kernel.Name.EndsWith(LeftOut, StringComparison.Ordinal))
            driver.Launch(Replace?.Invoke(kernel) ?? kernel, size, arguments);
    }

    public void Upload(void* from, nint buffer, long at, long bytes)
    {
        Issued.Add("upload");
        driver.Upload(from, buffer, at, bytes);
    }

    public void Download(nint buffer, long at, void* to, long bytes)
    {
        Issued.Add("wait");
        driver.Download(buffer, at, to, bytes);
    }

    public void Copy(nint from, long fromAt, nint to, long toAt, long bytes)
    {
        Issued.Add("copy");
        driver.Copy(from, fromAt, to, toAt, bytes);
    }

    public void Synchronize()
    {
        Issued.Add("wait");
        driver.Synchronize();
    }

    public KernelProfile? Profile() => driver.Profile();

    public void Dispose() => Synchronize();
}
