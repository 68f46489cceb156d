namespace TripletGpu.Runner.Book.Drawing;

/// <summary>What a kernel is parallel over, as cells of which one group's, or one item's, are in colour.</summary>
static class GridDrawing
{
    const int Columns = 10, Lines = 6, Cell = 18;

    /// <summary>Of the drawing, in the units of the picture.</summary>
    public const int Height = Lines * Cell + 8;

    /// <summary>Draws it.</summary>
    public static void Draw(SvgText svg, BookGrid grid, int x, int y)
    {
        bool isLine = grid.Form == GridForm.Line;
        if (grid.Form == GridForm.Planes)
        {
            svg.Box(x + 8, y - 4, Columns * Cell, Lines * Cell - 16, "plane");
            svg.Box(x + 4, y, Columns * Cell, Lines * Cell - 16, "plane");
            y += 4;
        }
        int lines = isLine ? 1 : grid.Form == GridForm.Planes ? Lines - 1 : Lines;
        if (isLine) y += 2 * Cell;
        for (int line = 0; line < lines; line++)
            for (int column = 0; column < Columns; column++)
                svg.Box(
                    x + column * Cell, y + line * Cell, Cell - 2, Cell - 2,
                    IsShare(grid.Share, isLine ? 2 : line, column) ? "mine" : "cell");
    }

    static bool IsShare(GridShare share, int line, int column) => share switch
    {
        GridShare.Cell => line == 2 && column == 4,
        GridShare.Run => line == 2 && column is >= 3 and < 7,
        GridShare.Tile => line is 2 or 3 && column is >= 3 and < 6,
        GridShare.Row => line == 2,
        GridShare.Column => column == 4,
        _ => true,
    };
}
