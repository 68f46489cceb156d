using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>What a kernel does with a view.</summary>
enum Access
{
    /// <summary>Reads it.</summary>
    Read,

    /// <summary>Writes it.</summary>
    Write,

    /// <summary>Reads and writes it.</summary>
    Update,
}

/// <summary>A view of a kernel that is to be timed: exactly as much memory as it may touch.</summary>
/// <param name="access">What the kernel does with it.</param>
/// <param name="count">Elements.</param>
/// <param name="touched">Elements that it reads or writes, where that is not all of them.</param>
/// <param name="elementBytes">Bytes of an element.</param>
abstract class WorkMemory(Access access, int count, int touched, int elementBytes)
{
    /// <summary>Elements.</summary>
    public int Count => count;

    /// <summary>Bytes that the kernel must read and write of it.</summary>
    public long TrafficBytes => (long)touched * elementBytes * (access == Access.Update ? 2 : 1);

    /// <summary>Its size.</summary>
    public long Bytes => (long)count * elementBytes;

    /// <summary>Floats between -1 and 1 that are read.</summary>
    public static WorkMemory Read(int count, int? touched = null) => Floats(Access.Read, count, touched, -1, 1);

    /// <summary>Floats between 0.1 and 2 that are read: variances, norms.</summary>
    public static WorkMemory Positive(int count, int? touched = null) =>
        Floats(Access.Read, count, touched, 0.1f, 2);

    /// <summary>Floats that are written.</summary>
    public static WorkMemory Write(int count, int? touched = null) => Floats(Access.Write, count, touched, -1, 1);

    /// <summary>Floats between 0.1 and 2 that are read and written.</summary>
    public static WorkMemory Update(int count) => Floats(Access.Update, count, null, 0.1f, 2);

    /// <summary>Elements of any type that are written, 0 before.</summary>
    public static WorkMemory Write<T>(int count, int? touched = null) where T : unmanaged =>
        new WorkMemory<T>(Access.Write, count, touched ?? count, _ => { });

    /// <summary>These elements.</summary>
    public static WorkMemory Holding<T>(T[] values, Access access = Access.Read,
        int? touched = null) where T : unmanaged =>
        new WorkMemory<T>(access, values.Length, touched ?? values.Length, to => values.CopyTo(to, 0));

    /// <summary>A buffer with the contents.</summary>
    public abstract nint Upload(IGpuDriver driver);

    /// <summary>The buffer as a launcher takes it.</summary>
    public abstract object View(nint buffer);

    static WorkMemory<float> Floats(Access access, int count, int? touched, float from, float to) => new(
        access, count, touched ?? count, values =>
    {
        // Quick to draw and without a period that a kernel's extents could share.
        uint state = 2463534242;
        for (int i = 0; i < values.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            values[i] = from + (to - from) * (state >> 8) * (1f / (1 << 24));
        }
    });
}

/// <summary>The same with its type.</summary>
sealed unsafe class WorkMemory<T>(Access access, int count, int touched, Action<T[]> fill)
    : WorkMemory(access, count, touched, sizeof(T)) where T : unmanaged
{
    public override nint Upload(IGpuDriver driver)
    {
        T[] values = new T[Math.Max(1, Count)];
        fill(values);
        nint buffer = driver.Allocate((long)values.Length * sizeof(T));
        fixed (T* from = values) driver.Upload(from, buffer, 0, (long)values.Length * sizeof(T));
        return buffer;
    }

    public override object View(nint buffer) => new DeviceView<T>(buffer, 0, Count);
}
