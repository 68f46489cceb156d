using System.Buffers.Binary;
using Google.Protobuf;

namespace TripletGpu.Runner.Tests.TensorBoard;

/// <summary>
/// Reads event files as TensorFlow's record reader does, with a CRC-32C of its own, bit by bit, and messages as fields
/// by number.
/// </summary>
static class EventReader
{
    const uint Castagnoli = 0x82F63B78; // 0x1EDC6F41 with its bits in the other order

    /// <summary>The events of a file; a damaged one fails the test.</summary>
    public static List<Fields> Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        List<Fields> events = [];
        while (!bytes.IsEmpty)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            Assert.That(Unmasked(bytes[8..]), Is.EqualTo(Crc(bytes[..8])), $"length of event {events.Count}");
            Assert.That(
                Unmasked(bytes[(12 + length)..]), Is.EqualTo(Crc(bytes.Slice(12, length))), $"event {events.Count}");
            events.Add(Fields.Of(bytes.Slice(12, length).ToArray()));
            bytes = bytes[(16 + length)..];
        }
        return events;
    }

    /// <summary>CRC-32C by its definition.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Castagnoli;
        }
        return ~crc;
    }

    /// <summary>TensorFlow's <c>crc32c::Unmask</c>.</summary>
    static uint Unmasked(ReadOnlySpan<byte> bytes)
    {
        uint turned = unchecked(BinaryPrimitives.ReadUInt32LittleEndian(bytes) - 0xA282EAD8);
        return turned >> 17 | turned << 15;
    }
}

/// <summary>A message's fields by number, each in the order in which it came.</summary>
sealed class Fields
{
    readonly List<(int Number, object Value)> all = [];

    public static Fields Of(byte[] message)
    {
        Fields fields = new();
        CodedInputStream input = new(message);
        for (uint tag; (tag = input.ReadTag()) != 0;)
            fields.all.Add(((int)(tag >> 3), (tag & 7) switch
            {
                0 => input.ReadInt64(),
                1 => input.ReadDouble(),
                2 => input.ReadBytes().ToByteArray(),
                5 => input.ReadFloat(),
                _ => throw new InvalidDataException($"wire type {tag & 7}"),
            }));
        return fields;
    }

    public bool Has(int number) => all.Any(field => field.Number == number);

    public object this[int number] => all.Single(field => field.Number == number).Value;

    public string Text(int number) => System.Text.Encoding.UTF8.GetString((byte[])this[number]);

    public Fields Message(int number) => Of((byte[])this[number]);

    public IEnumerable<Fields> Messages(int number) =>
        all.Where(field => field.Number == number).Select(field => Of((byte[])field.Value));

    public IEnumerable<string> Texts(int number) => all.Where(field => field.Number == number)
        .Select(field => System.Text.Encoding.UTF8.GetString((byte[])field.Value));

    public double[] Doubles(int number) =>
        [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>((byte[])this[number])];
}
