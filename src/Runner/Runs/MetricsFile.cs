using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// metrics.jsonl: line n is step n. Each line reaches the operating system as a whole with its step, so that a killed
/// process loses none of them.
/// </summary>
sealed class MetricsFile : IDisposable
{
    static readonly JsonSerializerOptions Compact = new(Json.Readable) { WriteIndented = false };
    readonly FileStream file;

    MetricsFile(FileStream file) => this.file = file;

    /// <summary>
    /// Opens the file to go on after <paramref name="steps"/> steps; what was written of later ones goes.
    /// </summary>
    /// <exception cref="UserErrorException">The file does not reach that step.</exception>
    public static MetricsFile Continue(string path, long steps)
    {
        Truncate(path, steps);
        return new MetricsFile(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));
    }

    /// <summary>Adds a step's line.</summary>
    public void Append(StepMetrics metrics)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(metrics, Compact);
        byte[] line = [.. json, (byte)'\n'];
        file.Write(line);
    }

    /// <summary>Waits until the lines are on the disk.</summary>
    public void Flush() => file.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    static void Truncate(string path, long steps)
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
    }
}
