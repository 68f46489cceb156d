using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;
using TripletGpu.Kernels.Tests.Suite;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// What devices are compared with, a kernel's C# on ILGPU's CPU accelerator, is right: at odd sizes, against plain
/// loops in double.
/// </summary>
public sealed class ReferenceTests
{
    readonly Random random = new(1);

    [Test]
    public void Map_Relu_IsTheStructsForward()
    {
        float[] x = Draw(37), y = new float[37];
        using (var on = new Reference())
            ElementwiseKernels.LaunchMap<Relu>(Reference.Driver, 37, on.View(x), on.View(y));
        Assert.That(y, Is.EqualTo(x.Select(v => MathF.Max(v, 0f))));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void MapBackward_Square_OverwritesOrAdds(int accumulate)
    {
        float[] x = Draw(37), dy = Draw(37), dx = Draw(37), old = [.. dx];
        using (var on = new Reference())
            ElementwiseKernels.LaunchMapBackward<Square>(Reference.Driver, 37,
                on.View(x), on.View(x), on.View(dy), on.View(dx), accumulate);
        Close.AreClose([.. x.Select((v, i) => 2.0 * v * dy[i] + accumulate * old[i])], dx, Tolerance.Elementwise, "dx");
    }

    [Test]
    public void ZipBroadcast_RowAndColumn_GiveTheOuterSum()
    {
        float[] a = Draw(3), b = Draw(5), y = new float[15];
        var dims = new BroadcastDims(1, 1, 1, 3, 5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1);
        using (var on = new Reference())
            ElementwiseKernels.LaunchZipBroadcast<Add>(Reference.Driver, 15, on.View(a), on.View(b), on.View(y), dims);
        Assert.That(y, Is.EqualTo(Enumerable.Range(0, 15).Select(i => a[i / 5] + b[i % 5])));
    }

    [Test]
    public void GatherB_BiasOverImages_SumsItsChannel()
    {
        const int n = 2, c = 3, hw = 70;
        float[] a = Draw(n * c * hw), b = Draw(c), dy = Draw(a.Length), db = new float[c];
        var dims = new BroadcastDims(1, 1, n, c, hw, 0, 0, 0, c * hw, hw, 1, 0, 0, 0, 0, 1, 0);
        var box = new BroadcastBox(1, 1, 1, c, 1, 1, 1, 1, n, 1, hw);
        using (var on = new Reference())
            BroadcastBackwardKernels.LaunchGatherB<Multiply>(Reference.Driver, c,
                on.View(a), on.View(b), on.View(a), on.View(dy), on.View(db), dims, box, 0);
        double[] expected = new double[c];
        for (int i = 0; i < a.Length; i++) expected[i / hw % c] += (double)a[i] * dy[i];
        Close.AreClose(expected, db, Tolerance.Sum, "db");
    }

    [TestCase(1, 1)]
    [TestCase(3, 127)]
    [TestCase(2, 300)]
    public void SumBox_Rows_SumsThem(int rows, int columns)
    {
        float[] x = Draw(rows * columns), y = new float[rows];
        var dims = new BroadcastDims(1, 1, 1, rows, columns, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
        var box = new BroadcastBox(1, 1, 1, rows, 1, 1, 1, 1, 1, 1, columns);
        using (var on = new Reference())
            ReductionKernels.LaunchSumBox(Reference.Driver, rows, on.View(x), on.View(y), dims, box, 0.5f, 0);
        Close.AreClose([.. x.Chunk(columns).Select(r => r.Sum(v => 0.5 * v))], y, Tolerance.Sum, "sums");
    }

    [TestCase(2, 1, 3)]
    [TestCase(2, 35, 3)]
    [TestCase(1, 16, 5)]
    public void SumByItem_AnyAxis_Sums(int outer, int reduced, int inner)
    {
        float[] x = Draw(outer * reduced * inner), y = Draw(outer * inner), old = [.. y];
        using (var on = new Reference())
            ReductionKernels.LaunchSumByItem(Reference.Driver, outer * inner,
                on.View(x), on.View(y), new(outer, reduced, inner), 1f, 1);
        double[] expected = [.. old.Select(v => (double)v)];
        for (int i = 0; i < x.Length; i++) expected[i / (reduced * inner) * inner + i % inner] += x[i];
        Close.AreClose(expected, y, Tolerance.Sum, "sums");
    }

    [TestCase(33, 35, 18, false, false, false)]
    [TestCase(5, 64, 16, true, false, true)]
    [TestCase(40, 7, 33, false, true, false)]
    [TestCase(1, 1, 1, true, true, true)]
    public void Tiled_AnySizeAndTransposition_IsTheProduct(int m, int n, int k, bool transposeA, bool transposeB,
        bool accumulate)
    {
        GemmDims dims = GemmDims.Of(m, n, k, transposeA, transposeB, accumulate);
        float[] a = Draw(m * k), b = Draw(k * n), c = Draw(m * n);
        double[] expected = Product(a, b, c, dims);
        LaunchSize groups = ((n + 31) / 32, (m + 31) / 32);
        using (var on = new Reference())
            GemmKernels.LaunchTiled<Tile64x64>(
                Reference.Driver, groups, on.View(a), on.View(b), on.View(c), on.View(c), dims);
        Close.AreClose(expected, c, Tolerance.Sum, "C");
    }

    [TestCase(13, 75, 21, false, false, false)]
    [TestCase(16, 64, 9, true, false, true)]
    [TestCase(8, 32, 5, false, true, false)]
    public void Panel_AnySizeAndTransposition_IsTheProduct(int m, int n, int k, bool transposeA, bool transposeB,
        bool accumulate)
    {
        GemmDims dims = GemmDims.Of(m, n, k, transposeA, transposeB, accumulate);
        float[] a = Draw(m * k), b = Draw(k * n), c = Draw(m * n);
        double[] expected = Product(a, b, c, dims);
        int panels = (n + 31) / 32;
        using (var on = new Reference())
            GemmPanelKernels.LaunchMultiply(
                Reference.Driver, ((m + 7) / 8, panels), on.View(a), on.View(b), on.View(c), on.View(c), dims, 8, 1);
        Close.AreClose(expected, c, Tolerance.Sum, "C");
    }

    float[] Draw(int count) => Values.ToSingle(Values.Normal(count, random));

    static double[] Product(float[] a, float[] b, float[] c, GemmDims d)
    {
        double[] product = new double[d.M * d.N];
        for (int m = 0; m < d.M; m++)
            for (int n = 0; n < d.N; n++)
            {
                double sum = d.Accumulate != 0 ? c[m * d.N + n] : 0;
                for (int k = 0; k < d.K; k++)
                    sum += (double)a[m * d.RowA + k * d.ColumnA] * b[k * d.RowB + n * d.ColumnB];
                product[m * d.N + n] = sum;
            }
        return product;
    }
}
