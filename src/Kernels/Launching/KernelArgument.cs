using System.Runtime.CompilerServices;

namespace TripletGpu.Kernels.Launching;

/// <summary>How a driver passes an argument.</summary>
public enum KernelArgumentKind
{
    /// <summary>Bytes, as they are.</summary>
    Value,

    /// <summary>A window on device memory: one argument in CUDA, two in OpenCL.</summary>
    View,
}

/// <summary>Where an argument's bytes lie. Lives on the launcher's stack.</summary>
public readonly unsafe struct KernelArgument
{
    KernelArgument(KernelArgumentKind kind, void* data, int size)
    {
        Kind = kind;
        Data = data;
        Size = size;
    }

    /// <summary>How a driver passes it.</summary>
    public readonly KernelArgumentKind Kind;

    /// <summary>The bytes of a value.</summary>
    public readonly void* Data;

    /// <summary>The size in bytes of a value, of one element of a view.</summary>
    public readonly int Size;

    /// <summary>A view's buffer.</summary>
    public nint Buffer { get; private init; }

    /// <summary>A view's first element.</summary>
    public long Offset { get; private init; }

    /// <summary>A view's number of elements.</summary>
    public int Count { get; private init; }

    /// <summary>A window on device memory.</summary>
    public static KernelArgument View<T>(DeviceView<T> view) where T : unmanaged =>
        new(KernelArgumentKind.View, null, sizeof(T))
        {
            Buffer = view.Buffer,
            Offset = view.Offset,
            Count = view.Length
        };

    /// <summary>A number or a struct.</summary>
    public static KernelArgument Value<T>(T* value)
        where T : unmanaged => new(KernelArgumentKind.Value, value, sizeof(T));

    /// <summary>
    /// A struct that the kernel is generic over; <paramref name="value"/> lies on the launcher's stack.
    /// </summary>
    public static KernelArgument Struct<T>(ref T value) where T : struct =>
        new(KernelArgumentKind.Value, Unsafe.AsPointer(ref value), Unsafe.SizeOf<T>());
}
