using System.IO.Compression;
using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>Damaged IDX files, plain and gzipped.</summary>
public sealed class IdxMutationTests
{
    [Test]
    public void Idx_Damaged()
    {
        using TemporaryFolder folder = new();
        byte[] plain = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, .. new byte[60]];
        using MemoryStream zipped = new();
        using (GZipStream zip = new(zipped, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(plain);
        Mutations.Survives(
            400, [plain, zipped.ToArray()], file => Idx.Read(folder.Write("idx", file)), typeof(UserErrorException));
    }
}
