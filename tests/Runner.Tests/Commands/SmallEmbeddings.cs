using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>Files of a few embeddings for the commands that take such.</summary>
static class SmallEmbeddings
{
    /// <summary>
    /// A folder with four embeddings on a line (<c>e.npy</c>), their labels (<c>y.npy</c>) and two queries
    /// (<c>q.npy</c>).
    /// </summary>
    public static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        Npy.Write(folder["e.npy"], new Shape(4, 2), (float[])[0, 0, 1, 0, 3, 0, 7, 0]);
        Npy.Write(folder["y.npy"], new Shape(4), (int[])[5, 5, 9, 9]);
        Npy.Write(folder["q.npy"], new Shape(2, 2), (float[])[0.9f, 0, 6, 0]);
        return folder;
    }
}
