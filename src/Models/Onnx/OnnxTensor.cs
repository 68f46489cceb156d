using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Text;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// The values of an initializer, a constant or a test file: floats (float16, bfloat16 and double converted) or integers
/// (all widths and booleans, as int64).
/// </summary>
sealed class OnnxTensor
{
    OnnxTensor(string name, long[] dims, float[]? floats, long[]? integers) =>
        (Name, Dims, FloatsOrNull, IntegersOrNull) = (name, dims, floats, integers);

    public string Name { get; }

    public long[] Dims { get; }

    public bool IsFloat => FloatsOrNull is not null;

    public float[]? FloatsOrNull { get; }

    public long[]? IntegersOrNull { get; }

    public static OnnxTensor Of(string name, long[] dims, float[] values) => new(name, dims, values, null);

    public static OnnxTensor Of(string name, long[] dims, long[] values) => new(name, dims, null, values);

    /// <summary>Converts a message; external data is read from beside the model.</summary>
    /// <param name="tensor">The message.</param>
    /// <param name="modelPath">The model's file, for messages and external data.</param>
    /// <param name="stored">Its bytes, where the message was read without them.</param>
    /// <exception cref="UserErrorException">Extents and data disagree, or the element type has no numbers.</exception>
    public static OnnxTensor From(TensorProto tensor, string modelPath, ReadOnlySpan<byte> stored = default)
    {
        string what = $"{modelPath}: tensor \"{tensor.Name}\"";
        long count = Count(tensor, what);
        long[] dims = [.. tensor.Dims];
        var type = (DataType)tensor.DataType;
        ReadOnlySpan<byte> raw = tensor.DataLocation == TensorProto.Types.DataLocation.External
            ? ExternalData.Read(tensor, count * Size(type, what), modelPath, what)
            : stored.Length > 0 ? stored : tensor.RawData.Span;
        if (raw.Length > 0 || (count == 0 && TypedCount(tensor) == 0))
            return FromRaw(tensor.Name, dims, type, raw, count, what);
        return FromTyped(tensor, dims, type, count, what);
    }

    static long Count(TensorProto tensor, string what)
    {
        long count = 1;
        foreach (long extent in tensor.Dims)
        {
            if (extent < 0 || extent > Array.MaxLength || (extent > 0 && count > Array.MaxLength / extent))
                throw new UserErrorException($"{what} has impossible extents ({string.Join(", ", tensor.Dims)})");
            count *= extent;
        }
        return count;
    }

    static int Size(DataType type, string what) => type switch
    {
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16 => 2,
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        DataType.Int8 or DataType.Uint8 or DataType.Bool => 1,
        _ =>
            throw new UserErrorException(
                $"{what} holds elements of type {type}, which are no numbers that can be used here"),
    };

    static OnnxTensor FromRaw(string name, long[] dims, DataType type, ReadOnlySpan<byte> raw, long count, string what)
    {
        int size = Size(type, what);
        if (raw.Length != count * size)
            throw new UserErrorException(
                $"{what} has {Counted.Of(raw.Length, "byte")} of data, but ({string.Join(", ", dims)}) of {type} are"
                + $" {count * size:N0}");
        switch (type)
        {
            case DataType.Float when BitConverter.IsLittleEndian:
                return Of(name, dims, MemoryMarshal.Cast<byte, float>(raw).ToArray());
            case DataType.Float:
                return Of(name, dims, Convert(raw, 4, b => BinaryPrimitives.ReadSingleLittleEndian(b)));
            case DataType.Double:
                return Of(name, dims, Convert(raw, 8, b => (float)BinaryPrimitives.ReadDoubleLittleEndian(b)));
            case DataType.Float16:
                return Of(name, dims, Convert(raw, 2, b => (float)BinaryPrimitives.ReadHalfLittleEndian(b)));
            case DataType.Bfloat16:
                return Of(name, dims, Convert(raw, 2, b => FromBrainFloat(BinaryPrimitives.ReadUInt16LittleEndian(b))));
            case DataType.Int64: return Of(name, dims, Convert(raw, 8, b => BinaryPrimitives.ReadInt64LittleEndian(b)));
            case DataType.Uint64:
                return Of(name, dims, Convert(raw, 8, b => (long)BinaryPrimitives.ReadUInt64LittleEndian(b)));
            case DataType.Int32:
                return Of(name, dims, Convert(raw, 4, b => (long)BinaryPrimitives.ReadInt32LittleEndian(b)));
            case DataType.Uint32:
                return Of(name, dims, Convert(raw, 4, b => (long)BinaryPrimitives.ReadUInt32LittleEndian(b)));
            case DataType.Int16:
                return Of(name, dims, Convert(raw, 2, b => (long)BinaryPrimitives.ReadInt16LittleEndian(b)));
            case DataType.Uint16:
                return Of(name, dims, Convert(raw, 2, b => (long)BinaryPrimitives.ReadUInt16LittleEndian(b)));
            case DataType.Int8: return Of(name, dims, Convert(raw, 1, b => (long)(sbyte)b[0]));
            default: return Of(name, dims, Convert(raw, 1, b => (long)b[0]));
        }
    }

    delegate T Element<T>(ReadOnlySpan<byte> bytes);

    static T[] Convert<T>(ReadOnlySpan<byte> raw, int size, Element<T> read)
    {
        T[] values = new T[raw.Length / size];
        for (int i = 0; i < values.Length; i++) values[i] = read(raw.Slice(i * size, size));
        return values;
    }

    static int TypedCount(TensorProto tensor) => tensor.FloatData.Count + tensor.DoubleData.Count
        + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.Uint64Data.Count;

    static OnnxTensor FromTyped(TensorProto tensor, long[] dims, DataType type, long count, string what)
    {
        _ = Size(type, what);
        if (TypedCount(tensor) != count)
            throw new UserErrorException(
                $"{what} has {Counted.Of(TypedCount(tensor), "value")}, but its extents ({string.Join(", ", dims)})"
                + $" need {count:N0}");
        return type switch
        {
            DataType.Float => Of(tensor.Name, dims, [.. Expect(tensor.FloatData, count, type, what)]),
            DataType.Double =>
                Of(tensor.Name, dims, [.. Expect(tensor.DoubleData, count, type, what).Select(v => (float)v)]),
            // The 16-bit floats lie in int32_data, one bit pattern an entry.
            DataType.Float16 => Of(tensor.Name, dims,
                [
                    .. Expect(tensor.Int32Data, count, type, what).Select(
                        v => (float)BitConverter.UInt16BitsToHalf((ushort)v)),
                ]),
            DataType.Bfloat16 =>
                Of(
                    tensor.Name, dims,
                    [.. Expect(tensor.Int32Data, count, type, what).Select(v => FromBrainFloat((ushort)v))]),
            DataType.Int64 => Of(tensor.Name, dims, [.. Expect(tensor.Int64Data, count, type, what)]),
            DataType.Uint32 or DataType.Uint64 =>
                Of(tensor.Name, dims, [.. Expect(tensor.Uint64Data, count, type, what).Select(v => (long)v)]),
            _ => Of(tensor.Name, dims, [.. Expect(tensor.Int32Data, count, type, what).Select(v => (long)v)]),
        };
    }

    static IReadOnlyList<T> Expect<T>(IReadOnlyList<T> values, long count, DataType type, string what) =>
        values.Count == count ? values
            : throw new UserErrorException($"{what} says that it holds {type}, but its values are of another type");

    static float FromBrainFloat(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);
}
