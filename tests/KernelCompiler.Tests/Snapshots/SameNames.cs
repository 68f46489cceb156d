using ILGPU;
using TripletGpu.Kernels;

// C has one room for the names that C# keeps in the classes that they belong to.
static class Rows
{
    public const int Count = 3, first = 1;

    public readonly record struct Pair(int A, float B);

    public static int Half(int x) => x / 2;
}

static class Columns
{
    public readonly record struct Pair(float A, float B, int C);

    public static int Count(int x) => x + 1;
    public static int Half(int x) => x / 2 + 1;
    public static float Run(float x) => x;
    public static float Half(float x) => x * 0.5f;
    public static float Half(float x, float y) => x * 0.5f + y;
}

static partial class SameNames
{
    [Kernel]
    public static void Run(Index1D i, ArrayView<float> y, int first)
    {
        var row = new Rows.Pair(Rows.Half(i), 1);
        var column = new Columns.Pair(2, 3, Columns.Half(i) + Columns.Count(Rows.Count));
        y[i] = row.A + row.B + column.A + column.B + column.C + Columns.Half(row.B) + Columns.Half(row.B, row.B)
            + Columns.Run(first - Rows.first);
    }
}
