using TripletGpu.Models;

namespace TripletGpu.Runner.Inference;

/// <summary>An input of <c>triplet run</c>, of which a few rows at a time are in memory.</summary>
interface IRows : IDisposable
{
    /// <summary>The extents of all of it; a row is a place of the first axis.</summary>
    Shape Shape { get; }

    /// <summary>Reads rows.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">Gets their elements from its beginning on.</param>
    /// <exception cref="UserErrorException">They cannot be read, or an element is not finite.</exception>
    void Read(int first, int count, float[] to);
}
