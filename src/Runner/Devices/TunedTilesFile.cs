using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Devices;

/// <summary>
/// What <c>triplet bench --tune</c> measured on a device, in the cache folder: for this device, its driver, the
/// compiler and the text of the kernels alone. What is damaged is told of in a line and done without.
/// </summary>
/// <param name="device">The device, as its driver describes it.</param>
/// <param name="compiler">What compiles for it, with its version.</param>
/// <param name="folder">Where files lie; null for the user's cache.</param>
sealed class TunedTilesFile(GpuCapabilities device, string compiler, string? folder = null)
{
    // Of the file's form.
    const int Version = 1;

    static readonly JsonSerializerOptions Format = new(Json.Readable)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        RespectRequiredConstructorParameters = true,
    };

    static readonly string[] Tiled =
        ["GemmKernels.Tiled<", "ConvolutionKernels.Tiled<", "ConvolutionKernels.BackwardWeight<"];

    readonly string folder = folder ?? System.IO.Path.Combine(CacheFolder.Location, "tuned");

    // Not worked out where nothing was ever tuned.
    readonly Lazy<string> key = new(() => KeyOf(device, compiler));

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(folder, key.Value + ".json");

    /// <summary>What was measured; null where nothing was, or it cannot be read.</summary>
    /// <param name="warn">Told of a file that is there and of no use, in one line.</param>
    public TunedTiles? Read(Action<string> warn)
    {
        string fault;
        try
        {
            if (!Directory.Exists(folder) || !File.Exists(Path)) return null;
            Contents? found = JsonSerializer.Deserialize<Contents>(File.ReadAllBytes(Path), Format);
            if (found?.Key == key.Value && found.Tuned is { IsSound: true } tuned) return tuned;
            fault = found?.Key == key.Value ? "its times are none" : "it is of another device, driver or version";
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException)
        {
            fault = "it is damaged";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = exception.Message;
        }
        warn($"{Path} is not used: {fault}. triplet bench --tune writes it anew, --tune reset removes it");
        return null;
    }

    /// <summary>Replaces what was measured before.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written.</exception>
    public void Write(TunedTiles tuned) => AtomicFile.WriteText(
        Path, JsonSerializer.Serialize(new Contents(key.Value, device.Name, device.Driver, compiler, tuned), Format));

    /// <summary>Removes it; whether it was there.</summary>
    /// <exception cref="UserErrorException">It cannot be removed.</exception>
    public bool Remove()
    {
        try
        {
            if (!File.Exists(Path)) return false;
            File.Delete(Path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{Path} cannot be removed: {exception.Message}", exception);
        }
    }

    static string KeyOf(GpuCapabilities device, string compiler)
    {
        IEnumerable<string> kernels = KernelCatalog.All
            .Where(kernel => Tiled.Any(start => kernel.Name.StartsWith(start, StringComparison.Ordinal)))
            .Select(kernel => kernel.Body);
        string all = string.Join('\0', [$"{Version}", device.Name, device.Driver, $"{device.ComputeUnits}", compiler,
            .. kernels]);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }

    /// <summary>The file's contents: the key, and what it is of in words.</summary>
    sealed record Contents(string Key, string Device, string Driver, string Compiler, TunedTiles Tuned);
}
