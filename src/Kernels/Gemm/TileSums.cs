namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// An item's 64 sums, in four quads; of 32 it uses only two, and no register holds the others. An item by itself has
/// rows and columns an eighth of the tile apart, so that neighbours read and write neighbours, or either in fours;
/// one of a warp on tensor cores has them side by side, <see cref="TensorTile"/>.
/// </summary>
public struct TileSums
{
    /// <summary>Four rows by four columns of the sums each.</summary>
    public Quad First, Right, Below, Last;

    /// <summary>All sums = 0.</summary>
    public static void Clear(out TileSums sums)
    {
        Quad.Clear(out sums.First);
        Quad.Clear(out sums.Right);
        Quad.Clear(out sums.Below);
        Quad.Clear(out sums.Last);
    }

    /// <summary>The sums as rows of C: those of a tensor core lie otherwise.</summary>
    public static void Arrange<TTile>(ref TileSums sums) where TTile : struct, ITile
    {
        if (TTile.OnTensorCores == 0) return;
        TensorTile.Arrange(ref sums.First, ref sums.Below);
        if (TTile.ItemColumns > 4) TensorTile.Arrange(ref sums.Right, ref sums.Last);
    }

    /// <summary>The first quad's first row in the group's tile.</summary>
    public static int Row<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0
        ? TensorTile.Row(item) + item % 32 / 4 * 4 : item / TTile.GroupX * (TTile.RowStaging == Staging.Fours ? 4 : 1);

    /// <summary>The first quad's first column in the group's tile.</summary>
    public static int Column<TTile>(int item) where TTile : struct, ITile => TTile.OnTensorCores != 0
        ? TensorTile.Column<TTile>(item) + item % 4 * 8 : item % TTile.GroupX
        * (TTile.ColumnStaging == Staging.Fours ? 4 : 1);

    /// <summary>Rows from one of a quad to its next: as they were staged, a quarter of the tile.</summary>
    public static int RowStep<TTile>() where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? 1 : TTile.RowStaging == Staging.Fours ? 1 : TTile.Size / 4;

    /// <summary>Columns from one of a quad to its next.</summary>
    public static int ColumnStep<TTile>() where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? 1 : TTile.ColumnStaging == Staging.Fours ? 1 : TTile.Size / 4;

    /// <summary>Rows from the first quad to those below.</summary>
    public static int RowsBelow<TTile>() where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? 0 : TTile.RowStaging == Staging.Fours ? TTile.Size / 2 : TTile.Size / 8;

    /// <summary>Columns from the first quad to the one below, and from the right one to the last.</summary>
    public static int ColumnsBelow<TTile>() where TTile : struct, ITile => TTile.OnTensorCores != 0 ? 4 : 0;

    /// <summary>Columns from the first quad to the right one.</summary>
    public static int ColumnsRight<TTile>() where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? 32 : TTile.ColumnStaging == Staging.Fours ? TTile.Size / 2 : TTile.Size / 8;
}
