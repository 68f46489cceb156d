using System.Runtime.InteropServices;
using ILGPU;

namespace TripletGpu.Kernels.Language;

/// <summary>The group that runs now: its barrier, its shared memory, its warps.</summary>
sealed class EmulatedGroup
{
    public const int WarpSize = 4;

    readonly List<Array> shared = [];
    readonly EmulatedBarrier[] warps;
    readonly object[] lanes;
    Exception? failure;

    public EmulatedGroup(LaunchSize grid, LaunchSize size, int dynamicBytes)
    {
        (Grid, Size) = (grid, size);
        int items = (int)size.Count;
        Barrier = new EmulatedBarrier(items);
        lanes = new object[items];
        warps = new EmulatedBarrier[(items + WarpSize - 1) / WarpSize];
        for (int w = 0; w < warps.Length; w++) warps[w] = new EmulatedBarrier(Math.Min(WarpSize, items - w * WarpSize));
        Dynamic = Undefined<byte>(dynamicBytes);
    }

    public LaunchSize Grid { get; }

    public LaunchSize Size { get; }

    public EmulatedBarrier Barrier { get; }

    public byte[] Dynamic { get; }

    /// <summary>The group's n-th shared array: every item asks in the same order.</summary>
    public T[] Shared<T>(int n, int length) where T : unmanaged
    {
        lock (shared)
        {
            if (n == shared.Count) shared.Add(Undefined<T>(length));
            return (T[])shared[n];
        }
    }

    /// <summary>An item gives its warp a value and takes that of a lane.</summary>
    public T Exchange<T>(int item, T value, int lane) where T : unmanaged
    {
        int warp = item / WarpSize, other = warp * WarpSize + lane;
        lanes[item] = value;
        warps[warp].Arrive();
        T taken = other < lanes.Length ? (T)lanes[other] : value;
        warps[warp].Arrive();
        return taken;
    }

    public void Leave(int item)
    {
        Barrier.Leave();
        warps[item / WarpSize].Leave();
    }

    /// <summary>The first item's that failed.</summary>
    public Exception? Failure => failure;

    public void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref failure, exception, null);
        Barrier.Fail(exception);
        foreach (EmulatedBarrier warp in warps) warp.Fail(exception);
    }

    /// <summary>An array of ones: NaN as float, -1 as int. Who reads before writing sees it.</summary>
    public static T[] Undefined<T>(int length) where T : unmanaged
    {
        T[] array = new T[length];
        MemoryMarshal.AsBytes(array.AsSpan()).Fill(0xFF);
        return array;
    }
}

/// <summary>The item that runs on this thread.</summary>
sealed class EmulatedItem(EmulatedGroup group, LaunchSize grid, LaunchSize index, int linear)
{
    [ThreadStatic]
    static EmulatedItem? current;

    int sharedArrays;

    public static EmulatedItem Current
    {
        get => current ?? throw new InvalidOperationException(
            "Grid, Group and SharedMemory exist only in a kernel: use GroupEmulator.Run");
        set => current = value;
    }

    public EmulatedGroup Group => group;

    public LaunchSize Grid => grid;

    public LaunchSize Index => index;

    public int Linear => linear;

    public ArrayView<T> Shared<T>(int extent)
        where T : unmanaged => new(group.Shared<T>(sharedArrays++, extent), 0, extent);
}
