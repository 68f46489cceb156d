namespace TripletGpu;

/// <summary>
/// The values of several tensors, read with one wait for the device: they are copied behind one another there, in order
/// with the operations issued so far, and come over together.
/// </summary>
public sealed class PackedRead
{
    readonly Dictionary<Tensor, int> starts = new(ReferenceEqualityComparer.Instance);
    readonly int[] words;

    /// <summary>Reads tensors of one device, at least one, within a step.</summary>
    /// <exception cref="InvalidOperationException">One of them has been released.</exception>
    public PackedRead(params ReadOnlySpan<Tensor> tensors)
    {
        long length = 0;
        foreach (Tensor tensor in tensors)
            if (starts.TryAdd(tensor, checked((int)length))) length += tensor.Count;
        Device device = tensors[0].Device;
        Tensor packed = device.Empty(new Shape(checked((int)length)), ElementType.Int32, "packed values");
        foreach ((Tensor tensor, int start) in starts) device.Backend.Memory.Copy(tensor, packed, start);
        words = packed.ToIntArray();
        device.CurrentStep!.Discard(packed);
    }

    /// <summary>The values of a Float32 tensor among them.</summary>
    public ReadOnlySpan<float> Floats(Tensor tensor) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<int, float>(Words(tensor, ElementType.Float32));

    /// <summary>The integers of an Int32 tensor among them.</summary>
    public ReadOnlySpan<int> Ints(Tensor tensor) => Words(tensor, ElementType.Int32);

    ReadOnlySpan<int> Words(Tensor tensor, ElementType type) => tensor.Type == type
        ? words.AsSpan(starts[tensor], (int)tensor.Count)
        : throw new InvalidOperationException($"{tensor} holds {tensor.Type}, not {type}");
}
