using System.Text;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>A device of the machine, before anything is created on it.</summary>
public sealed unsafe class OpenClDevice
{
    internal OpenClDevice(OpenClLibrary library, nint id, string platform, GpuCapabilities capabilities,
        string unusable) =>
        (Library, Id, Platform, Capabilities, Unusable) = (library, id, platform, capabilities, unusable);

    internal OpenClLibrary Library { get; }

    internal nint Id { get; }

    /// <summary>The platform's name: <c>NVIDIA CUDA</c>, <c>Portable Computing Language</c>.</summary>
    public string Platform { get; }

    /// <summary>Name, memory, cores.</summary>
    public GpuCapabilities Capabilities { get; }

    /// <summary>Why it cannot be used; empty where it can.</summary>
    public string Unusable { get; }

    /// <summary>Whether it can round quotients and square roots of floats correctly.</summary>
    internal bool RoundsDivision
    {
        get
        {
            const uint singleConfig = 0x101B;
            const ulong correctlyRounded = 1 << 7;
            ulong config = 0;
            _ = Library.GetDeviceInfo(Id, singleConfig, sizeof(ulong), &config, null); // unknown: it does not
            return (config & correctlyRounded) != 0;
        }
    }

    /// <summary>Why ILGPU's OpenCL code is not for it; empty where it is.</summary>
    public string UnusableByIlgpu
    {
        get
        {
            const uint genericAddressSpace = 0x1069; // a query of OpenCL 3.0
            uint has = 0;
            if (!Capabilities.IsCpu)
                return "ILGPU's OpenCL code fences only global memory at a barrier and takes the wrong branch where a"
                    + " comparison meets NaN; our own compiler serves every OpenCL GPU";
            return Library.GetDeviceInfo(Id, genericAddressSpace, sizeof(uint), &has, null) == 0 && has != 0 ? ""
                : "the device has no generic address space, which ILGPU's OpenCL code needs";
        }
    }

    /// <summary>Opens the device; its own driver compiles our OpenCL C.</summary>
    /// <exception cref="OpenClException">The driver refuses.</exception>
    public IGpuDriver Open() => new OpenClDriver(this);

    /// <summary>Opens the device; ILGPU makes the OpenCL C.</summary>
    /// <exception cref="DriverException">ILGPU cannot compile for it, or the driver refuses.</exception>
    public IGpuDriver OpenIlgpu() => IlgpuDevices.OpenOpenCl(Id);

    /// <inheritdoc/>
    public override string ToString() => $"{Capabilities.Name} ({Platform})";
}

/// <summary>The OpenCL devices of this machine.</summary>
public static unsafe class OpenClDevices
{
    const ulong AllTypes = 0xFFFFFFFF, CpuType = 2;
    const uint PlatformName = 0x0902;

    /// <summary>
    /// All devices of all platforms in the loader's order; <c>opencl:N</c> is the N-th of them. None, with the
    /// reason, where there is no loader, no platform or no device.
    /// </summary>
    public static IReadOnlyList<OpenClDevice> Find(out string reason)
    {
        if (OpenClLibrary.Load(out reason) is not { } library) return [];
        return Find(library, out reason);
    }

    internal static IReadOnlyList<OpenClDevice> Find(OpenClLibrary library, out string reason)
    {
        reason = "";
        uint count;
        int code = library.GetPlatformIDs(0, null, &count);
        if (code != 0 || count == 0)
        {
            reason = "the OpenCL loader knows no platform: install a driver with an entry in /etc/OpenCL/vendors";
            return [];
        }
        var platforms = new nint[count];
        fixed (nint* p = platforms) OpenClException.Check(library.GetPlatformIDs(count, p, null), "clGetPlatformIDs");
        var devices = new List<OpenClDevice>();
        foreach (nint platform in platforms) AddDevices(library, platform, devices);
        if (devices.Count == 0) reason = $"{count} OpenCL platforms, but none has a device";
        return devices;
    }

    static void AddDevices(OpenClLibrary library, nint platform, List<OpenClDevice> devices)
    {
        uint count;
        if (library.GetDeviceIDs(platform, AllTypes, 0, null, &count) != 0 || count == 0) return;
        var ids = new nint[count];
        fixed (nint* p = ids)
            if (library.GetDeviceIDs(platform, AllTypes, count, p, null) != 0) return;
        string name = Text((what, size, value, needed) =>
            library.GetPlatformInfo(platform, what, size, (void*)value, (nuint*)needed), PlatformName);
        foreach (nint id in ids)
        {
            GpuCapabilities capabilities = Read(library, id);
            devices.Add(new(library, id, name, capabilities, WhyUnusable(library, id)));
        }
    }

    static GpuCapabilities Read(OpenClLibrary library, nint id) => new(
        DeviceText(library, id, 0x102B).Trim(),
        $"{DeviceText(library, id, 0x102F)}, driver {DeviceText(library, id, 0x102D)}",
        (Number<ulong>(library, id, 0x1000) & CpuType) != 0,
        (int)Number<uint>(library, id, 0x1002),
        (long)Number<ulong>(library, id, 0x101F),
        (int)Math.Min(Number<ulong>(library, id, 0x1023), int.MaxValue),
        (int)Math.Min(Number<nuint>(library, id, 0x1004), int.MaxValue));

    static string WhyUnusable(OpenClLibrary library, nint id)
    {
        if (Number<uint>(library, id, 0x1027) == 0) return "the device is not available";
        if (Number<uint>(library, id, 0x1028) == 0) return "the driver has no compiler";
        string version = DeviceText(library, id, 0x102F); // "OpenCL 1.2 ..."
        return version.StartsWith("OpenCL 1.0", StringComparison.Ordinal)
        || version.StartsWith("OpenCL 1.1", StringComparison.Ordinal)
            ? $"{version}: OpenCL 1.2 is needed" : "";
    }

    static T Number<T>(OpenClLibrary library, nint id, uint what) where T : unmanaged
    {
        T value = default;
        _ = library.GetDeviceInfo(id, what, (nuint)sizeof(T), &value, null); // what it does not know stays 0
        return value;
    }

    static string DeviceText(OpenClLibrary library, nint id, uint what) =>
        Text((w, size, value, needed) => library.GetDeviceInfo(id, w, size, (void*)value, (nuint*)needed), what);

    static string Text(Func<uint, nuint, nint, nint, int> get, uint what)
    {
        nuint size;
        if (get(what, 0, 0, (nint)(&size)) != 0 || size == 0) return "?";
        byte[] bytes = new byte[size];
        fixed (byte* p = bytes)
            return get(what, size, (nint)p, 0) == 0 ? Encoding.UTF8.GetString(bytes).TrimEnd('\0') : "?";
    }
}
