using System.Buffers.Binary;

namespace TripletGpu.Models.Serialization;

/// <summary>The element types of a .safetensors file that can be read as float32.</summary>
static class SafeTensorsElement
{
    /// <summary>The bytes of one element; 0 for a type that cannot be read.</summary>
    public static int Bytes(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" => 1,
        _ => 0,
    };

    /// <summary>Converts little-endian elements, rounding to the nearest float32.</summary>
    public static void Convert(string type, ReadOnlySpan<byte> from, Span<float> to)
    {
        int bytes = Bytes(type);
        for (int i = 0; i < to.Length; i++)
        {
            ReadOnlySpan<byte> e = from.Slice(i * bytes, bytes);
            to[i] = type switch
            {
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(e),
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(e),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(e),
                // The upper half of a float32.
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(e) << 16),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(e),
                "U64" => BinaryPrimitives.ReadUInt64LittleEndian(e),
                "I32" => BinaryPrimitives.ReadInt32LittleEndian(e),
                "U32" => BinaryPrimitives.ReadUInt32LittleEndian(e),
                "I16" => BinaryPrimitives.ReadInt16LittleEndian(e),
                "U16" => BinaryPrimitives.ReadUInt16LittleEndian(e),
                "I8" => (sbyte)e[0],
                _ => e[0],
            };
        }
    }
}
