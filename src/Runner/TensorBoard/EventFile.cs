using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.TensorBoard;

/// <summary>
/// A file of events that TensorBoard reads: TFRecords, each the length of an event, the masked CRC-32C of the length,
/// the event and its masked CRC-32C. Each record reaches the operating system as a whole, so TensorBoard can follow a
/// run, and a killed process loses none.
/// </summary>
sealed class EventFile : IDisposable
{
    /// <summary>What such files are called.</summary>
    public const string Pattern = Prefix + "*";

    const string Prefix = "events.out.tfevents.";
    const uint MaskDelta = 0xA282EAD8;
    readonly FileStream file;

    EventFile(FileStream file) => this.file = file;

    /// <summary>A new file in a folder, whose name TensorBoard knows and which comes after the older ones.</summary>
    /// <exception cref="UserErrorException">It cannot be made.</exception>
    public static EventFile Create(string folder, DateTimeOffset time)
    {
        string host = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        try
        {
            Directory.CreateDirectory(folder);
            for (int number = 0; ; number++)
            {
                string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture,
                    $"{Prefix}{time.ToUnixTimeSeconds()}.{number:000}.{host}.{Environment.ProcessId}"));
                // A run that goes on within the second.
                if (Directory.EnumerateFiles(folder, $"{Prefix}{time.ToUnixTimeSeconds()}.{number:000}.*").Any())
                    continue;
                EventFile made = new(new FileStream(
                    path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0));
                made.Write(EventMessages.Version(Seconds(time)));
                return made;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"cannot write events into {folder}: {exception.Message}", exception);
        }
    }

    /// <summary>A time as events have it.</summary>
    public static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1e3;

    /// <summary>Adds an event.</summary>
    public void Write(ReadOnlySpan<byte> message)
    {
        byte[] record = new byte[8 + 4 + message.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        message.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + message.Length), Masked(message));
        file.Write(record);
    }

    /// <summary>Waits until the events are on the disk.</summary>
    public void Flush() => file.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    /// <summary>
    /// CRC-32C, turned by 15 bits and moved by a constant, as TensorFlow stores it: the check of bytes that hold checks
    /// themselves would otherwise be weak.
    /// </summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) =>
        unchecked(BitOperations.RotateRight(Crc32C.Of(bytes), 15) + MaskDelta);
}
