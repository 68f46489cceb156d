using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU;

/// <summary>A window on memory. Called on the CPU it checks its bounds.</summary>
public readonly struct ArrayView<T> where T : unmanaged
{
    readonly Array owner;
    readonly nint offset; // in bytes

    internal ArrayView(Array owner, nint offset, int length) =>
        (this.owner, this.offset, IntLength) = (owner, offset, length);

    public int IntLength { get; }

    public long Length => IntLength;

    public ref T this[int index] => ref this[(long)index];

    public ref T this[Index1D index] => ref this[(long)index.X];

    public ref T this[long index]
    {
        get
        {
            if (index < 0 || index >= IntLength)
                throw new IndexOutOfRangeException($"index {index} in a view of {IntLength}");
            ref byte start = ref MemoryMarshal.GetArrayDataReference(owner);
            return ref Unsafe.As<byte,
                T>(ref Unsafe.AddByteOffset(ref start, offset + (nint)index * Unsafe.SizeOf<T>()));
        }
    }

    public ArrayView<T> SubView(int index, int length)
    {
        if (index < 0 || length < 0 || index > IntLength - length)
            throw new ArgumentOutOfRangeException(
                nameof(index), $"[{index}, {index + (long)length}) in a view of {IntLength}");
        return new(owner, offset + (nint)index * Unsafe.SizeOf<T>(), length);
    }

    public ArrayView<TOther> Cast<TOther>() where TOther : unmanaged =>
        new(owner, offset, (int)((long)IntLength * Unsafe.SizeOf<T>() / Unsafe.SizeOf<TOther>()));
}
