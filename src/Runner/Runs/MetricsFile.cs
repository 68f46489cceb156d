using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// metrics.jsonl: line n is step n, and the same as a table. Each line reaches the operating system as a whole with its
/// step, so that a killed process loses none of them. The table follows the other file: whoever goes on makes it anew.
/// </summary>
sealed class MetricsFile : IDisposable
{
    static readonly JsonSerializerOptions Compact = new(Json.Readable) { WriteIndented = false };
    readonly FileStream file, table;

    MetricsFile(FileStream file, FileStream table) => (this.file, this.table) = (file, table);

    /// <summary>
    /// Opens the files to go on after <paramref name="steps"/> steps; what was written of later ones goes.
    /// </summary>
    /// <param name="path">metrics.jsonl; the table lies beside it.</param>
    /// <param name="steps">The steps that are done.</param>
    /// <exception cref="UserErrorException">The file does not reach that step.</exception>
    public static MetricsFile Continue(string path, long steps)
    {
        ReadOnlySpan<byte> kept = Truncate(path, steps);
        string csv = Path.ChangeExtension(path, ".csv");
        WriteTable(csv, kept);
        FileStream file = Append(path);
        try
        {
            return new MetricsFile(file, Append(csv));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        static FileStream Append(string path) =>
            new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Adds a step's line.</summary>
    public void Append(StepMetrics metrics)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(metrics, Compact);
        byte[] line = [.. json, (byte)'\n'];
        file.Write(line);
        table.Write(MetricsTable.Row(json));
    }

    /// <summary>Waits until the lines are on the disk.</summary>
    public void Flush()
    {
        file.Flush(flushToDisk: true);
        table.Flush(flushToDisk: true);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        file.Dispose();
        table.Dispose();
    }

    /// <summary>Cuts the file to so many lines.</summary>
    /// <returns>They.</returns>
    static ReadOnlySpan<byte> Truncate(string path, long steps)
    {
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        int end = 0;
        for (long line = 0; line < steps; line++)
        {
            int length = bytes.AsSpan(end).IndexOf((byte)'\n');
            if (length < 0)
                throw new UserErrorException(
                    $"{path} ends at step {line}, but the checkpoint is of step {steps}: it was cut short");
            end += length + 1;
        }
        if (end < bytes.Length) AtomicFile.Write(path, stream => stream.Write(bytes, 0, end));
        return bytes.AsSpan(0, end);
    }

    static void WriteTable(string path, ReadOnlySpan<byte> lines)
    {
        using MemoryStream made = new();
        made.Write(MetricsTable.Header);
        try
        {
            while (!lines.IsEmpty)
            {
                int length = lines.IndexOf((byte)'\n');
                made.Write(MetricsTable.Row(lines[..length]));
                lines = lines[(length + 1)..];
            }
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{Path.ChangeExtension(path, ".jsonl")} is damaged: {Json.Fault(exception)}");
        }
        byte[] table = made.ToArray();
        AtomicFile.Write(path, stream => stream.Write(table));
    }
}
