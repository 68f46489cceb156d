using System.Text;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.OpenCl;

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
