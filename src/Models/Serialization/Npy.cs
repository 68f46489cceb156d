using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Serialization;

/// <summary>Reads and writes NumPy's .npy files.</summary>
public static class Npy
{
    const int ChunkElements = 1 << 13;

    /// <summary>The type and shape of the array in a file, without its elements.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or is no .npy file.</exception>
    public static NpyHeader ReadHeader(string path)
    {
        using FileStream stream = InputFile.Open(path);
        return NpyHeader.Read(stream, path);
    }

    /// <summary>The elements as float32, whatever their type; integers keep their value (255 stays 255).</summary>
    /// <param name="path">The file.</param>
    /// <param name="finite">Whether NaN and infinite elements are an error, reported with their place.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or says something false about itself.</exception>
    public static NpyArray<float> ReadFloats(string path, bool finite = true)
    {
        NpyArray<float> array = Read<float>(path, mustBeIntegers: false);
        if (finite) CheckFinite(array, path);
        return array;
    }

    /// <summary>The elements as int32; one that does not fit is reported with its place.</summary>
    /// <exception cref="UserErrorException">The elements are no integers, or the file cannot be read.</exception>
    public static NpyArray<int> ReadIntegers(string path) => Read<int>(path, mustBeIntegers: true);

    /// <summary>The elements as int64; one that does not fit is reported with its place.</summary>
    /// <exception cref="UserErrorException">The elements are no integers, or the file cannot be read.</exception>
    public static NpyArray<long> ReadLongs(string path) => Read<long>(path, mustBeIntegers: true);

    /// <summary>The elements as bytes; one that does not fit is reported with its place.</summary>
    /// <exception cref="UserErrorException">The elements are no integers, or the file cannot be read.</exception>
    public static NpyArray<byte> ReadBytes(string path) => Read<byte>(path, mustBeIntegers: true);

    /// <summary>Writes float32, atomically.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Shape shape, ReadOnlyMemory<float> values) =>
        Write(path, "<f4", shape, values);

    /// <summary>Writes float32 to a stream.</summary>
    public static void Write(Stream stream, Shape shape, ReadOnlyMemory<float> values) =>
        Write(stream, "<f4", shape, values);

    /// <summary>Writes int32, atomically.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Shape shape, ReadOnlyMemory<int> values) => Write(path, "<i4", shape, values);

    /// <summary>Writes int64, atomically.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Shape shape, ReadOnlyMemory<long> values) =>
        Write(path, "<i8", shape, values);

    static void Write<T>(string path, string descriptor, Shape shape, ReadOnlyMemory<T> values) where T : unmanaged =>
        AtomicFile.Write(path, stream => Write(stream, descriptor, shape, values));

    static void Write<T>(Stream stream, string descriptor, Shape shape, ReadOnlyMemory<T> values) where T : unmanaged
    {
        if (values.Length != shape.Count)
            throw new ArgumentException($"{Counted.Of(values.Length, "value")} do not make an array of shape {shape}");
        stream.Write(NpyHeader.Write(descriptor, shape));
        stream.WriteLittleEndian(values.Span);
    }

    static NpyArray<T> Read<T>(string path, bool mustBeIntegers) where T : unmanaged, INumber<T>
    {
        using FileStream stream = InputFile.Open(path);
        NpyHeader header = NpyHeader.Read(stream, path);
        if (mustBeIntegers && !header.Element.IsInteger)
            throw new UserErrorException($"{path} holds {header.Element}, not integers (numpy: array.astype('int64'))");
        if (header.Shape.Count > Array.MaxLength)
            throw new UserErrorException($"{path}: {header.Shape} has more than {Array.MaxLength} elements; split it");
        T[] values = new T[header.Shape.Count];
        NpyOrder order = new(header.Shape, header.IsFortranOrder);
        int bytes = header.Element.Bytes;
        byte[] buffer = new byte[ChunkElements * bytes];
        T[] converted = new T[ChunkElements];
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(ChunkElements, values.Length - done);
            Span<byte> chunk = buffer.AsSpan(0, count * bytes);
            stream.ReadExactly(chunk);
            int fitting = Convert(header.Element, chunk, converted.AsSpan(0, count));
            if (fitting < count) throw new UserErrorException(
                $"{path}: element {order.Place(done + fitting)} does not fit into {Name<T>()}");
            order.Put(converted.AsSpan(0, count), values, done);
            done += count;
        }
        return new NpyArray<T>(header.Shape, values);
    }

    static string Name<T>() => typeof(T) == typeof(byte) ? "a byte, 0 to 255"
        : typeof(T) == typeof(long) ? "a signed integer of 64 bits" : "an integer of 32 bits";

    /// <summary>Converts elements as a file has them until one does not fit; returns how many did.</summary>
    /// <param name="element">What they are.</param>
    /// <param name="from">Their bytes; big-endian ones are turned round in place.</param>
    /// <param name="to">Gets the numbers.</param>
    internal static int Convert<T>(NpyElement element, Span<byte> from, Span<T> to) where T : unmanaged, INumber<T>
    {
        if (element.IsBigEndian) ReverseEachElement(from, element.Bytes);
        return (element.Kind, element.Bytes) switch
        {
            ('f', 2) => Convert<Half, T>(from, to),
            ('f', 4) => Convert<float, T>(from, to),
            ('f', 8) => Convert<double, T>(from, to),
            ('i', 1) => Convert<sbyte, T>(from, to),
            ('i', 2) => Convert<short, T>(from, to),
            ('i', 4) => Convert<int, T>(from, to),
            ('i', 8) => Convert<long, T>(from, to),
            ('u', 2) => Convert<ushort, T>(from, to),
            ('u', 4) => Convert<uint, T>(from, to),
            ('u', 8) => Convert<ulong, T>(from, to),
            _ => Convert<byte, T>(from, to),
        };
    }

    /// <summary>Converts until an element does not fit; returns how many did.</summary>
    static int Convert<TFrom, TTo>(ReadOnlySpan<byte> from, Span<TTo> to)
        where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        ReadOnlySpan<TFrom> elements = MemoryMarshal.Cast<byte, TFrom>(from);
        int i = 0;
        try
        {
            for (; i < elements.Length; i++) to[i] = TTo.CreateChecked(elements[i]);
        }
        catch (OverflowException)
        {
            // The caller reports the element's place.
        }
        return i;
    }

    static void ReverseEachElement(Span<byte> chunk, int bytes)
    {
        switch (bytes)
        {
            case 2:
                Span<short> two = MemoryMarshal.Cast<byte, short>(chunk);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<int> four = MemoryMarshal.Cast<byte, int>(chunk);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            default:
                Span<long> eight = MemoryMarshal.Cast<byte, long>(chunk);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
        }
    }

    static void CheckFinite(NpyArray<float> array, string path)
    {
        int wrong = NonFinite.First(array.Values);
        if (wrong >= 0) throw NotFinite(path, array.Shape, wrong, array.Values[wrong]);
    }

    /// <summary>The error of an element that is NaN or infinite.</summary>
    internal static UserErrorException NotFinite(string path, Shape shape, long i, float value) => new(
        $"{path}: element {NpyOrder.Place(shape, i)} is {NpyOrder.Describe(value)}; values must be finite");
}
