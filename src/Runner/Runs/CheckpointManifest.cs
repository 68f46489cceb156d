using System.Security.Cryptography;
using System.Text.Json;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Runs;

/// <summary>What a checkpoint's folder holds; written last, so that a folder without it is no checkpoint.</summary>
/// <param name="Format">The version of the layout.</param>
/// <param name="Step">After how many steps it was taken.</param>
/// <param name="Files">Every other file.</param>
sealed record CheckpointManifest(int Format, long Step, IReadOnlyList<CheckpointManifest.Entry> Files)
{
    /// <summary>The layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The manifest's own name.</summary>
    public const string FileName = "manifest.json";

    /// <summary>One file.</summary>
    /// <param name="Name">Its name in the folder.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="Sha256">Of its contents, in hexadecimal.</param>
    public sealed record Entry(string Name, long Bytes, string Sha256);

    /// <summary>The manifest as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Readable);

    /// <summary>Reads a folder's manifest and compares every file with it.</summary>
    /// <param name="folder">A checkpoint's folder.</param>
    /// <param name="fault">What is wrong with it, or null where it is whole.</param>
    public static CheckpointManifest? Verify(string folder, out string? fault)
    {
        try
        {
            CheckpointManifest? manifest = JsonSerializer.Deserialize<CheckpointManifest>(
                File.ReadAllBytes(Path.Combine(folder, FileName)), Json.Readable);
            fault = manifest is not { Files: { } files } || files.Any(file => file is not { Name: not null })
                ? "its manifest does not name its files"
                : manifest.Format != CurrentFormat
                ? $"its format is {manifest.Format}, this program reads {CurrentFormat}"
                : files.Select(file => Fault(folder, file)).FirstOrDefault(found => found is not null);
            return fault is null ? manifest : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            fault = exception.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    static string? Fault(string folder, Entry file)
    {
        if (Path.GetFileName(file.Name) != file.Name || file.Name.Contains('\0'))
            return "its manifest names a file elsewhere";
        if (!File.Exists(Path.Combine(folder, file.Name))) return $"{file.Name} is missing";
        using FileStream stream = File.OpenRead(Path.Combine(folder, file.Name));
        if (stream.Length != file.Bytes) return $"{file.Name} has {Counted.Of(stream.Length, "byte")} instead of"
            + $" {file.Bytes:N0}";
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256 ? null
            : $"{file.Name} has other contents than its manifest says";
    }
}
