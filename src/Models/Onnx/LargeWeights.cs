using Google.Protobuf;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// The bytes of a file's large initializers, which stay in the file until each is converted. A model that is parsed as
/// it is has them in memory all at once, beside the weights that are made of them.
/// </summary>
sealed class LargeWeights
{
    const int Large = 64 << 10;

    // ModelProto.graph, GraphProto.initializer, TensorProto.raw_data: where the bytes lie in onnx.proto's messages.
    static readonly ulong[] fields = [7, 5, 9];
    const int BytesDepth = 2;

    // Wire types: a number of any length, of 8 bytes, bytes with their length before them, a number of 4 bytes.
    const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    readonly string path;
    readonly int large;
    readonly List<(long At, int Length)?> parts = [];
    byte[] buffer = [];

    LargeWeights(string path, int large) => (this.path, this.large) = (path, large);

    /// <summary>Parses a model without those bytes.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="path">Its name.</param>
    /// <param name="weights">Finds the bytes of its initializers.</param>
    /// <param name="large">How many bytes are large.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no model, or damaged.</exception>
    public static ModelProto Parse(FileStream file, string path, out LargeWeights weights, int large = Large)
    {
        weights = new LargeWeights(path, large);
        using MemoryStream rest = new();
        if (weights.Copy(file, file.Length, 0, rest)) return ModelProto.Parser.ParseFrom(rest.ToArray());
        // Whatever is wrong with it, the parser has the words for it.
        weights = new LargeWeights(path, large);
        file.Position = 0;
        return ModelProto.Parser.ParseFrom(file);
    }

    /// <summary>
    /// The bytes of initializer number <paramref name="i"/>, until the next is read; none where it is not large.
    /// </summary>
    /// <exception cref="UserErrorException">The file is no longer what it was.</exception>
    public ReadOnlySpan<byte> Read(int i)
    {
        if (i >= parts.Count || parts[i] is not { } part) return default;
        if (buffer.Length < part.Length) buffer = GC.AllocateUninitializedArray<byte>(part.Length);
        using FileStream file = InputFile.Open(path);
        file.Position = part.At;
        Span<byte> bytes = buffer.AsSpan(0, part.Length);
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? bytes
            : throw new UserErrorException($"{path} has become shorter while it was read");
    }

    /// <summary>Copies a message's fields, but for the large ones; false where they are no fields.</summary>
    bool Copy(FileStream file, long end, int depth, MemoryStream to)
    {
        while (file.Position < end)
        {
            if (!ReadNumber(file, out ulong tag)) return false;
            long length;
            switch ((int)tag & 7)
            {
                case Varint:
                    if (!ReadNumber(file, out ulong number)) return false;
                    WriteNumber(to, tag);
                    WriteNumber(to, number);
                    continue;
                case Fixed64:
                    length = sizeof(ulong);
                    break;
                case Fixed32:
                    length = sizeof(uint);
                    break;
                case Delimited:
                    if (!ReadNumber(file, out ulong bytes) || bytes > int.MaxValue) return false;
                    length = (long)bytes;
                    break;
                default:
                    return false;
            }
            if (length > end - file.Position) return false;
            bool isDelimited = ((int)tag & 7) == Delimited, isOnWay = isDelimited && tag >> 3 == fields[depth];
            if (isOnWay && depth == BytesDepth)
            {
                // Of several values of one field the last counts.
                parts[^1] = length >= large ? (file.Position, (int)length) : null;
                if (length >= large)
                {
                    file.Position += length;
                    continue;
                }
            }
            else if (isOnWay)
            {
                if (depth == BytesDepth - 1) parts.Add(null);
                using MemoryStream inner = new();
                if (!Copy(file, file.Position + length, depth + 1, inner)) return false;
                WriteNumber(to, tag);
                WriteNumber(to, (ulong)inner.Length);
                inner.WriteTo(to);
                continue;
            }
            WriteNumber(to, tag);
            if (isDelimited) WriteNumber(to, (ulong)length);
            byte[] value = new byte[length];
            file.ReadExactly(value);
            to.Write(value);
        }
        return file.Position == end;
    }

    static bool ReadNumber(FileStream file, out ulong number)
    {
        number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = file.ReadByte();
            if (next < 0) return false;
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }
        return false;
    }

    static void WriteNumber(MemoryStream to, ulong number)
    {
        for (; number >= 0x80; number >>= 7) to.WriteByte((byte)(number | 0x80));
        to.WriteByte((byte)number);
    }
}
