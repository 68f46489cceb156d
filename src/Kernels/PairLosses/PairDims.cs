namespace TripletGpu.Kernels.PairLosses;

/// <summary>A strip of similarities, some rows against all columns.</summary>
/// <param name="Columns">What a row meets: embeddings, or classes.</param>
/// <param name="SubCenters">
/// Similarities of a column, side by side; its own is the largest, the first of equals.
/// </param>
/// <param name="FirstRow">The strip's first row.</param>
/// <param name="Self">The column that is row 0 itself, and so on: no pairs; -1: rows are none of the columns.</param>
public readonly record struct PairDims(int Columns, int SubCenters, int FirstRow, int Self)
{
    /// <summary>Numbers of a row of the strip.</summary>
    public int Width => Columns * SubCenters;
}
