using System.Runtime.InteropServices;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>What a case gives a kernel as a view: exactly as much memory as it may touch.</summary>
public abstract class KernelMemory
{
    /// <summary>Values with deviation 1.</summary>
    public static KernelMemory In(int count) =>
        new KernelMemory<float>(random => Values.ToSingle(Values.Normal(count, random)));

    /// <summary>Values between 0.1 and 2: variances, norms.</summary>
    public static KernelMemory Positive(int count) =>
        new KernelMemory<float>(random => Values.ToSingle(Values.Uniform(count, random, 0.1, 2)));

    /// <summary>Both zeros, NaN and the infinities, then values with deviation 1.</summary>
    public static KernelMemory Special(int count)
    {
        float[] special = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1f, -1f];
        return new KernelMemory<float>(random =>
        {
            float[] values = Values.ToSingle(Values.Normal(count, random));
            special.AsSpan(0, Math.Min(count, special.Length)).CopyTo(values);
            return values;
        });
    }

    /// <summary>These values.</summary>
    public static KernelMemory Of<T>(params T[] values) where T : unmanaged => new KernelMemory<T>(_ => [.. values]);

    /// <summary>Floats that nobody has written: the kernel must not read them before it does.</summary>
    public static KernelMemory Out(int count) => Out<float>(count);

    /// <summary>Memory of any type that nobody has written.</summary>
    public static KernelMemory Out<T>(int count) where T : unmanaged =>
        new KernelMemory<T>(_ => Undefined<T>(count)) { IsUndefined = true };

    /// <summary>Whether nobody has written it before the kernel.</summary>
    public bool IsUndefined { get; init; }

    /// <summary>The contents before the launch.</summary>
    public abstract Array Draw(Random random);

    /// <summary>A device's buffer as a launcher takes it.</summary>
    public abstract object View(nint buffer, Array array);

    /// <summary>
    /// A buffer of exactly this size, with the array's contents unless they are undefined and stay so.
    /// </summary>
    public abstract nint Allocate(IGpuDriver driver, Array array, bool writesUndefined);

    /// <summary>The buffer's contents.</summary>
    public abstract Array Download(IGpuDriver driver, nint buffer, int count);

    // All bits set: NaN, or -1.
    static T[] Undefined<T>(int count) where T : unmanaged
    {
        T[] array = new T[count];
        MemoryMarshal.AsBytes(array.AsSpan()).Fill(0xFF);
        return array;
    }
}

/// <summary>The same with its type.</summary>
sealed unsafe class KernelMemory<T>(Func<Random, T[]> draw) : KernelMemory where T : unmanaged
{
    public override Array Draw(Random random) => draw(random);

    public override object View(nint buffer, Array array) => new DeviceView<T>(buffer, 0, array.Length);

    public override nint Allocate(IGpuDriver driver, Array array, bool writesUndefined)
    {
        nint buffer = driver.Allocate((long)array.Length * sizeof(T));
        if (writesUndefined || !IsUndefined)
            fixed (T* p = (T[])array) driver.Upload(p, buffer, 0, (long)array.Length * sizeof(T));
        return buffer;
    }

    public override Array Download(IGpuDriver driver, nint buffer, int count)
    {
        T[] array = new T[count];
        fixed (T* p = array) driver.Download(buffer, 0, p, (long)count * sizeof(T));
        return array;
    }
}
