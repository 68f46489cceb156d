using System.Security.Cryptography;
using System.Text;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// Built programs on disk, one file each, under the hash of everything they depend on. A cache that cannot be read or
/// written is done without: the next start is slower, nothing else.
/// </summary>
/// <param name="folder">Where the files lie; made on the first write.</param>
sealed class ProgramCache(string folder)
{
    /// <summary>The folder for a kind of program.</summary>
    public static string DefaultFolder(string kind) => Path.Combine(CacheFolder.Location, kind);

    /// <summary>The name for a program that is the result of these texts.</summary>
    public static string KeyOf(params ReadOnlySpan<string> texts) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts.ToArray()))));

    /// <summary>A program, or null where there is none.</summary>
    public byte[]? Read(string key)
    {
        try
        {
            string file = FileOf(key);
            return File.Exists(file) ? File.ReadAllBytes(file) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a program. Written beside and renamed, so that no other process reads half of it.</summary>
    public void Write(string key, ReadOnlySpan<byte> program)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string partial = $"{FileOf(key)}.{Environment.ProcessId}";
            File.WriteAllBytes(partial, program);
            File.Move(partial, FileOf(key), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost but time.
        }
    }

    string FileOf(string key) => Path.Combine(folder, key + ".bin");
}
