using System.IO.Compression;
using System.Security.Cryptography;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>One file of a public data set.</summary>
/// <param name="Name">Its name, uncompressed.</param>
/// <param name="Bytes">Its length, uncompressed.</param>
/// <param name="Sha256">The hash of its uncompressed contents, in lower case.</param>
public sealed record DataFile(string Name, int Bytes, string Sha256)
{
    /// <summary>
    /// Copies the file from a stream, plain or gzipped, into a folder, atomically, if its contents are the right ones.
    /// </summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public void Save(Stream from, bool isGzip, string folder)
    {
        byte[] contents = new byte[Bytes];
        using Stream? inflated = isGzip ? new GZipStream(from, CompressionMode.Decompress, leaveOpen: true) : null;
        Stream source = inflated ?? from;
        int read = source.ReadAtLeast(contents, Bytes, throwOnEndOfStream: false);
        if (read < Bytes || source.ReadByte() >= 0 || !IsRight(contents))
            throw new InvalidDataException($"its {Name} is another file than the published one (SHA-256 differs)");
        AtomicFile.Write(Path.Combine(folder, Name), to => to.Write(contents));
    }

    /// <summary>Checks the hash of a file that lies in the cache.</summary>
    /// <exception cref="UserErrorException">It has been changed or damaged.</exception>
    public void Verify(string path)
    {
        using FileStream stream = InputFile.Open(path);
        if (stream.Length == Bytes && Convert.ToHexStringLower(SHA256.HashData(stream)) == Sha256) return;
        throw new UserErrorException(
            $"{path} is damaged: its SHA-256 is not that of the published file; delete it, and it is"
            + " fetched again");
    }

    bool IsRight(byte[] contents) => Convert.ToHexStringLower(SHA256.HashData(contents)) == Sha256;
}
