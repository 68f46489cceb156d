using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Inference;
using TripletGpu.Ops;

namespace TripletGpu;

/// <summary>
/// A handle on contiguous values on a device. It is not disposable: its memory belongs to the <see cref="Step"/> that
/// made it (or to a <see cref="Modules.Parameter"/>), and is released with that. Using a released tensor throws and
/// names the operation that had made it.
/// </summary>
public sealed class Tensor
{
    Storage? storage;

    internal Tensor(Device device, Shape shape, ElementType type, Storage? storage, string producer)
    {
        (Device, Shape, Type, Producer) = (device, shape, type, producer);
        this.storage = storage;
    }

    /// <summary>A tensor with a shape and no values, while a network is recorded for a plan.</summary>
    internal static Tensor WithoutMemory(Device device, Shape shape, ElementType type, string producer) =>
        new(device, shape, type, null, producer);

    /// <summary>The device that holds the values.</summary>
    public Device Device { get; }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>Float32, or Int32 for labels and indices.</summary>
    public ElementType Type { get; }

    /// <summary>The operation that made this tensor, for messages.</summary>
    public string Producer { get; }

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>
    /// Whether <c>Step.Backward</c> computes a gradient for this tensor. Set it on an input, before any operation reads
    /// it, to ask for one; parameters have it, and outputs inherit it.
    /// </summary>
    public bool RequiresGradient { get; set; }

    /// <summary>Whether the memory has been given back.</summary>
    public bool IsReleased => storage is null && Prepared is null;

    /// <summary>The step that releases it; null for what outlives steps.</summary>
    internal Step? Owner { get; set; }

    /// <summary>
    /// A backend's own form of values that stay as they are, such as packed weights; released with the tensor.
    /// </summary>
    internal IPackedWeight? Prepared { get; set; }

    /// <summary>How many recorded operations read this tensor again in their backward pass.</summary>
    internal int SavedBy { get; set; }

    /// <summary>
    /// The tape with the operation that made it; null for leaves (parameters and inputs), and once the backward pass
    /// has walked that operation.
    /// </summary>
    internal Tape? Tape { get; set; }

    /// <summary>
    /// Channels of a block, for (N, C, H, W) maps that lie as [image][block][pixel][channel of the block]; 0, as a
    /// rule: in planes, as the shape says.
    /// </summary>
    internal int ChannelBlock { get; set; }

    /// <summary>
    /// Floats from one image to the next, where this is some channels of larger maps (<see cref="Channels"/>); 0, as a
    /// rule: images lie one after the other.
    /// </summary>
    internal nint ImagePitch { get; private init; }

    /// <summary>The first of these channels in the larger maps.</summary>
    internal int FirstChannel { get; private init; }

    /// <summary>The same maps as the other layout has them, where an operation has asked for them.</summary>
    internal Tensor? Turned { get; set; }

    /// <summary>The block into which it has been moved; null, as a rule: <see cref="TensorBlock"/>.</summary>
    internal BlockPlace? Place { get; private set; }

    /// <summary>The device memory behind this tensor, for backends.</summary>
    /// <exception cref="InvalidOperationException">The tensor has been released.</exception>
    public DeviceBuffer Buffer => (storage ?? Unpacked()).Buffer;

    /// <summary>The same values as another shape with the same number of elements; shares the memory.</summary>
    internal Tensor Share(Shape shape, string producer, ElementType? type = null)
    {
        Storage shared = storage ?? Unpacked();
        shared.AddOwner();
        return new Tensor(Device, shape, type ?? Type, shared, producer) { ChannelBlock = ChannelBlock };
    }

    /// <summary>
    /// Gives the plain values' memory back where they lie in <see cref="Prepared"/> too, and no other tensor looks at
    /// it: in a block others do. Whoever asks for them finds them again, and no packed form any more: values lie in one
    /// place at a time.
    /// </summary>
    internal void KeepPreparedAlone()
    {
        if (Prepared is null || storage is null or { IsShared: true } || Place is not null) return;
        storage.Release();
        storage = null;
    }

    /// <summary>Gives the packed form back, unless the values lie there alone.</summary>
    internal void DropPrepared()
    {
        if (storage is null) return;
        Prepared?.Dispose();
        Prepared = null;
    }

    /// <summary>Some of the values as a tensor, from element <paramref name="start"/> on; shares the memory.</summary>
    internal Tensor Part(long start, Shape shape, string producer, ElementType? type = null)
    {
        Storage whole = storage ?? throw Released();
        return new Tensor(Device, shape, type ?? Type, whole.Part(start * 4, shape.Count * 4), producer);
    }

    /// <summary>
    /// Some channels of maps in blocks, which lie within these: what writes them writes a part of these. An operation
    /// may be given them where it minds <see cref="ImagePitch"/>.
    /// </summary>
    internal Tensor Channels(int first, int count, string producer)
    {
        Storage whole = storage ?? throw Released();
        long plane = Shape.Product(2, 4), pitch = Shape[1] * plane;
        Storage part = whole.Part(first * plane * 4, ((Shape[0] - 1) * pitch + count * plane) * 4);
        return new Tensor(Device, Shape.With(1, count), Type, part, producer)
        {
            ChannelBlock = ChannelBlock,
            ImagePitch = checked((nint)pitch),
            FirstChannel = first,
        };
    }

    /// <summary>Whether this is some channels of maps, and of no others.</summary>
    internal bool LiesIn(Tensor maps) =>
        ImagePitch > 0 && storage is not null && maps.storage is not null && storage.IsPartOf(maps.storage);

    /// <summary>Moves the values into a part of a block, which is this tensor's memory from then on.</summary>
    internal void MoveInto(Tensor block, long start)
    {
        Tensor part = block.Part(start, Shape, Producer);
        Device.Backend.Memory.Copy(this, part);
        storage!.Release();
        (storage, Place) = (part.storage, new(block.storage!, start));
    }

    internal void Release()
    {
        Prepared?.Dispose();
        Prepared = null;
        storage?.Release();
        storage = null;
    }

    /// <summary>Copies the values to a new array, waiting for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers, or has been released.</exception>
    public float[] ToArray()
    {
        float[] values = new float[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the values to <paramref name="to"/>, which has exactly <see cref="Count"/> elements.</summary>
    public void CopyTo(Span<float> to) => Download(to, ElementType.Float32);

    /// <summary>Copies the integers of an Int32 tensor to a new array, waiting for the device.</summary>
    public int[] ToIntArray()
    {
        int[] values = new int[Count];
        Download(values.AsSpan(), ElementType.Int32);
        return values;
    }

    /// <summary>The value of a tensor of one element.</summary>
    public float ToScalar()
    {
        Span<float> value = stackalloc float[1];
        CopyTo(value);
        return value[0];
    }

    /// <summary>Replaces the values from host memory.</summary>
    /// <exception cref="ArgumentException">The number of values differs from <see cref="Count"/>.</exception>
    public void CopyFrom(ReadOnlySpan<float> from) => Upload(from, ElementType.Float32);

    /// <summary>Replaces the integers of an Int32 tensor from host memory.</summary>
    public void CopyFrom(ReadOnlySpan<int> from) => Upload(from, ElementType.Int32);

    /// <summary>For example <c>Relu (8, 64, 56, 56)</c>.</summary>
    public override string ToString() => $"{Producer} {Shape}{(IsReleased ? " released" : "")}";

    Storage Unpacked()
    {
        if (Prepared is not { } packed) throw Released();
        storage = Device.Reserve(Shape);
        packed.Unpack(this);
        packed.Dispose();
        Prepared = null;
        return storage;
    }

    void Download<T>(Span<T> to, ElementType type) where T : unmanaged
    {
        CheckHostSide(to.Length, type);
        if (ImagePitch > 0)
        {
            Tensor together = Together();
            Exchange(together, isRead: true);
            together.Download(to, type);
            together.Release();
            return;
        }
        if (ChannelBlock == 0)
        {
            Device.Backend.Memory.Download(Buffer, to);
            return;
        }
        Tensor planes = Planes();
        MapLayout.Turn(Device.Backend, this, new(planes, Accumulate: false));
        planes.Download(to, type);
        planes.Release();
    }

    void Upload<T>(ReadOnlySpan<T> from, ElementType type) where T : unmanaged
    {
        CheckHostSide(from.Length, type);
        if (ImagePitch > 0)
        {
            Tensor together = Together();
            together.Upload(from, type);
            Exchange(together, isRead: false);
            together.Release();
            return;
        }
        if (ChannelBlock == 0)
        {
            Device.Backend.Memory.Upload(from, Buffer);
            return;
        }
        Tensor planes = Planes();
        planes.Upload(from, type);
        MapLayout.Turn(Device.Backend, planes, new(this, Accumulate: false));
        planes.Release();
    }

    /// <summary>Room for the same maps with one image after the other.</summary>
    Tensor Together() => new(Device, Shape, Type, Device.Reserve(Shape), Producer) { ChannelBlock = ChannelBlock };

    /// <summary>Copies these channels of larger maps to such room, or from there.</summary>
    void Exchange(Tensor together, bool isRead)
    {
        Shape box = new(Shape[0], Shape.Product(1, 4));
        Strided here = new(this, 0, [(int)ImagePitch, 1]), there = new(together, 0, [box[1], 1]);
        Device.Backend.Reduction.Copy(isRead ? here : there, isRead ? there : here, box, scale: 1, accumulate: false);
    }

    /// <summary>A tensor as this one, in planes as the host has them.</summary>
    Tensor Planes() => new(Device, Shape, Type, Device.Reserve(Shape), Producer);

    void CheckHostSide(int length, ElementType type)
    {
        if (type != Type) throw new InvalidOperationException($"{this} holds {Type}, not {type}");
        if (length != Count) throw new ArgumentException($"{this} has {Count} elements, the host memory {length}");
    }

    InvalidOperationException Released() => Device.Recorder is not null
        ? new ValueNeededException($"the values of {Producer} {Shape} decide what the network does")
        : new InvalidOperationException(
        $"this tensor, made by {Producer} with shape {Shape}, has been released: its step has ended or its gradient"
        + " has been computed. Use step.Keep(tensor) or ToArray() before that");
}

/// <summary>Where a tensor lies in a block of tensors.</summary>
/// <param name="Block">The block.</param>
/// <param name="Start">Its first element there.</param>
readonly record struct BlockPlace(Storage Block, long Start);
