using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Inference;

/// <summary>The rows of an .npy file as they are.</summary>
sealed class ArrayRows(string path) : IRows
{
    readonly NpyReader file = new(path);

    /// <inheritdoc/>
    public Shape Shape => file.Shape;

    /// <inheritdoc/>
    public void Read(int first, int count, float[] to)
    {
        long row = Shape.Rank == 0 ? 1 : Shape.With(0, 1).Count;
        file.Read(first * row, to.AsSpan(0, checked((int)(count * row))));
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
