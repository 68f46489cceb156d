using System.Runtime.InteropServices;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>A launch without its arguments.</summary>
/// <param name="Kernel">The kernel's name, for messages.</param>
/// <param name="Function">The driver's handle of it.</param>
/// <param name="Groups">Groups along each axis.</param>
/// <param name="Group">Items of a group.</param>
readonly record struct HeldLaunch(string Kernel, nint Function, LaunchSize Groups, LaunchSize Group);

/// <summary>Launches in their order, with copies of their arguments as the driver takes them.</summary>
sealed unsafe class HeldLaunches : IDisposable
{
    // More than any type of an argument asks for.
    const int Alignment = 16;

    readonly List<HeldLaunch> launches = [];
    readonly List<(int First, int Count, int Start)> arguments = [];
    readonly List<int> places = [];
    byte* bytes;
    int used, capacity;

    /// <summary>How many there are.</summary>
    public int Count => launches.Count;

    /// <summary>The launch of a number.</summary>
    public HeldLaunch this[int index] => launches[index];

    /// <summary>A number that launches with other kernels or sizes hardly have.</summary>
    public ulong Shape { get; private set; }

    /// <summary>Adds a launch and copies its arguments.</summary>
    /// <param name="launch">The launch.</param>
    /// <param name="pointers">Where each argument lies.</param>
    /// <param name="sizes">Its bytes.</param>
    public void Add(in HeldLaunch launch, void** pointers, ReadOnlySpan<int> sizes)
    {
        launches.Add(launch);
        arguments.Add((places.Count, sizes.Length, used));
        MostArguments = Math.Max(MostArguments, sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            places.Add(used);
            Reserve(sizes[i]);
            new Span<byte>(pointers[i], sizes[i]).CopyTo(new Span<byte>(bytes + used, sizes[i]));
            used += (sizes[i] + Alignment - 1) / Alignment * Alignment;
        }
        Mix((ulong)launch.Function);
        foreach (LaunchSize size in (ReadOnlySpan<LaunchSize>)[launch.Groups, launch.Group])
            Mix((ulong)size.X << 40 ^ (ulong)size.Y << 20 ^ (ulong)size.Z);
    }

    /// <summary>The bytes of a launch's arguments, one behind the other.</summary>
    public ReadOnlySpan<byte> Arguments(int index)
    {
        int start = arguments[index].Start, end = index + 1 < Count ? arguments[index + 1].Start : used;
        return new(bytes + start, end - start);
    }

    /// <summary>Where the arguments of a launch lie, as the driver takes them; until the next one is added.</summary>
    /// <param name="index">The launch.</param>
    /// <param name="pointers">Gets an address an argument.</param>
    public void Point(int index, void** pointers)
    {
        (int first, int count, _) = arguments[index];
        for (int i = 0; i < count; i++) pointers[i] = bytes + places[first + i];
    }

    /// <summary>The most arguments that one of them has.</summary>
    public int MostArguments { get; private set; }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        launches.Clear();
        arguments.Clear();
        places.Clear();
        used = MostArguments = 0;
        Shape = 0;
    }

    /// <summary>Gives the copies' memory back.</summary>
    public void Dispose() => NativeMemory.AlignedFree(bytes);

    void Reserve(int size)
    {
        int wanted = used + size + Alignment;
        if (wanted <= capacity) return;
        capacity = Math.Max(2 * capacity, Math.Max(wanted, 4096));
        bytes = (byte*)NativeMemory.AlignedRealloc(bytes, (nuint)capacity, Alignment);
        // What fills up an argument's place is compared with it.
        new Span<byte>(bytes + used, capacity - used).Clear();
    }

    void Mix(ulong value) => Shape = ulong.RotateLeft((Shape ^ value) * 0x9E3779B97F4A7C15, 29);
}
