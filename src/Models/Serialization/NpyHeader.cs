using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Serialization;

/// <summary>
/// The head of an .npy file (NumPy's NEP 1, versions 1 to 3). Nothing in it is believed: lengths are compared with the
/// file's before anything of that size is allocated.
/// </summary>
/// <param name="Element">What the elements are.</param>
/// <param name="IsFortranOrder">Whether the first axis runs fastest.</param>
/// <param name="Shape">The extents.</param>
public sealed record NpyHeader(NpyElement Element, bool IsFortranOrder, Shape Shape)
{
    // NumPy writes 118 bytes; version 1 cannot say more than this.
    const int MostHeaderBytes = ushort.MaxValue;

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>
    /// Reads the head and leaves the stream at the first element; the elements lie there to the last byte.
    /// </summary>
    /// <param name="stream">At its start; its length is known.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="UserErrorException">
    /// Not an .npy file, or one that says something false about itself.
    /// </exception>
    public static NpyHeader Read(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..8], 8, throwOnEndOfStream: false) < 8 || !start[..6].SequenceEqual(Magic))
            throw new UserErrorException($"{name} is not an .npy file: "
                + (ForeignFile.Describe(stream, WantedFile.Array) ?? "it does not begin with NumPy's mark"));
        int version = start[6];
        if (version is < 1 or > 3)
            throw new UserErrorException($"{name}: .npy version {version} is not known; save it with numpy.save");
        int lengthBytes = version == 1 ? 2 : 4;
        Span<byte> field = start.Slice(8, lengthBytes);
        if (stream.ReadAtLeast(field, lengthBytes, throwOnEndOfStream: false) < lengthBytes) throw CutShort(name);
        uint length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(field)
            : BinaryPrimitives.ReadUInt32LittleEndian(field);
        if (length > stream.Length - stream.Position) throw CutShort(name);
        if (length > MostHeaderBytes)
            throw new UserErrorException(
                $"{name}: a header of {Counted.Of(length, "byte")} is more than an array of numbers can need");
        byte[] text = new byte[length];
        stream.ReadExactly(text);
        NpyHeader header = new NpyHeaderParser(Encoding.Latin1.GetString(text), name).Parse();
        header.CheckLength(stream.Length - stream.Position, name);
        return header;
    }

    /// <summary>
    /// The bytes of a version 1 head for little-endian elements in C order, a multiple of 64 as NumPy pads it.
    /// </summary>
    internal static byte[] Write(string descriptor, Shape shape)
    {
        string extents = string.Join(", ", shape.ToArray().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        string tuple = shape.Rank == 1 ? $"({extents},)" : $"({extents})";
        string text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {tuple}, }}";
        int length = (10 + text.Length + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[length];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(length - 10));
        bytes.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    void CheckLength(long available, string name)
    {
        // Each extent is below 2^31 and the rank at most 6: the product needs more than 64 bits.
        Int128 needed = Element.Bytes;
        foreach (int extent in Shape.ToArray()) needed *= extent;
        if (needed == available) return;
        string said = $"{name}: the header says {Shape} {Element}, {Counted.Of(needed, "byte")}, but {available}"
            + " follow it";
        string fault = needed > available ? "the file is cut short or its header is wrong" : "the header is wrong";
        throw new UserErrorException($"{said}: {fault}; save it again");
    }

    static UserErrorException CutShort(string name) =>
        new($"{name}: the file ends within its header; it is cut short, save it again");
}
