using ILGPU;

namespace TripletGpu.Kernels.Language;

/// <summary>
/// Runs a kernel on the CPU as plain C#: one thread an item, one group after the other, real barriers, checked bounds,
/// local and shared memory that starts undefined. Slow, but a debugger can step through it and a test needs no driver.
/// </summary>
public static class GroupEmulator
{
    const int StackBytes = 256 * 1024;

    /// <summary>The array as a kernel sees it; the kernel writes into the array.</summary>
    public static ArrayView<T> View<T>(T[] array) where T : unmanaged => new(array, 0, array.Length);

    /// <summary>Runs a kernel with an index over 0 .. items - 1.</summary>
    public static void Run(int items, Action<Index1D> kernel)
    {
        for (int x = 0; x < items; x++) kernel(x);
    }

    /// <summary>Runs a kernel with a two-dimensional index.</summary>
    public static void Run((int X, int Y) items, Action<Index2D> kernel)
    {
        for (int y = 0; y < items.Y; y++)
            for (int x = 0; x < items.X; x++) kernel(new(x, y));
    }

    /// <summary>Runs an explicitly grouped kernel.</summary>
    /// <param name="groups">The number of groups.</param>
    /// <param name="size">The items of each.</param>
    /// <param name="kernel">Calls the kernel with its arguments.</param>
    /// <param name="dynamicSharedBytes">The size of <see cref="SharedMemory.GetDynamic"/>.</param>
    /// <exception cref="InvalidOperationException">
    /// An item failed, or items wait at a barrier that others never reach.
    /// </exception>
    public static void Run(LaunchSize groups, LaunchSize size, Action kernel, int dynamicSharedBytes = 0)
    {
        for (int z = 0; z < groups.Z; z++)
            for (int y = 0; y < groups.Y; y++)
                for (int x = 0; x < groups.X; x++)
                    RunGroup(new EmulatedGroup(groups, size, dynamicSharedBytes), (x, y, z), kernel);
    }

    static void RunGroup(EmulatedGroup group, LaunchSize at, Action kernel)
    {
        var threads = new Thread[group.Size.Count];
        for (int i = 0; i < threads.Length; i++)
        {
            LaunchSize index = (i % group.Size.X, i / group.Size.X % group.Size.Y, i / group.Size.X / group.Size.Y);
            var item = new EmulatedItem(group, at, index, i);
            threads[i] = new Thread(() => RunItem(item, kernel), StackBytes) { IsBackground = true };
        }
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (group.Failure is { } failure) throw new InvalidOperationException($"group {at}: {failure.Message}",
            failure);
    }

    static void RunItem(EmulatedItem item, Action kernel)
    {
        EmulatedItem.Current = item;
        try
        {
            kernel();
            item.Group.Leave(item.Linear);
        }
        catch (Exception exception) // reported by the thread that started this one
        {
            item.Group.Fail(exception);
        }
    }
}
