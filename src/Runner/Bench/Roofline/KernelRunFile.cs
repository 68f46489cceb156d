using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A run that was kept: what <c>triplet bench kernels --json</c> has printed.</summary>
static class KernelRunFile
{
    /// <summary>Reads a run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">What it was given for.</param>
    /// <exception cref="UserErrorException">There is no such file, or it holds something else.</exception>
    public static KernelRun Read(string path, string option)
    {
        try
        {
            KernelRun? run = JsonSerializer.Deserialize<KernelRun>(File.ReadAllBytes(path), Json.Readable);
            return run is { Rows: not null, Device: not null }
                && run.Rows.All(row => row is { Kernel: not null, Size: not null })
                ? run : throw new JsonException("it has no rows of kernels");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            string fault = exception is JsonException json ? Json.Fault(json) : exception.Message;
            throw new UserErrorException(
                $"{option} {path} is not what triplet bench kernels --json prints: {fault}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{option} {path} cannot be read: {exception.Message}", exception);
        }
    }
}
