using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Tests.Onnx.Architectures;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>Whether an input may be cut into batches, and how large a batch is.</summary>
public sealed class IndependentRowsTests
{
    const int Size = 8;

    [Test]
    public void GlobalPool_OfEachImage_MayBeCut() => Assert.That(
        AreIndependent(graph => graph.Node("GlobalAveragePool", graph.Conv("x", 3, 4, 3))), Is.True);

    [Test]
    public void MeanOfTheBatch_MayNot() => Assert.That(
        AreIndependent(graph => graph.Node("Sub", $"x {graph.Node("ReduceMean", "x", ("axes", new long[] { 0 }))}")),
        Is.False);

    [Test]
    public void ImagesTwoByTwo_MayNot() => Assert.That(
        AreIndependent(graph => graph.Reshape("x", -1, 6 * Size * Size)), Is.False);

    [Test]
    public void SumOverTheBatch_MayNot() => Assert.That(
        AreIndependent(graph => graph.Node("ReduceSum", $"x {graph.Integers(0)}")), Is.False);

    [Test]
    public void RowsAtOnce_ShrinkAsImagesGrow()
    {
        GraphBuilder builder = new(opset: 13);
        byte[] bytes = builder.Finish(builder.Conv("x", 3, 64, 3), size: -1);
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        OnnxGraph graph = new(device, folder.Write("rows.onnx", bytes));
        using PlannedNetwork planned = new(graph);
        int small = planned.RowsAtOnce(new Shape(1, 3, 16, 16)), large = planned.RowsAtOnce(new Shape(1, 3, 256, 256));
        Assert.That(small, Is.GreaterThan(large));
        Assert.That(large, Is.GreaterThanOrEqualTo(1));
        Assert.That(planned.RowsAtOnce(new Shape(1, 3, 4096, 4096)), Is.EqualTo(1));
        graph.Release();
    }

    [Test]
    public void RowsAtOnce_AreAsManyForEachThread()
    {
        GraphBuilder builder = new(opset: 13);
        byte[] bytes = builder.Finish(builder.Conv("x", 3, 64, 3), size: -1);
        using TemporaryFolder folder = new();
        using Device device = new("cpu", new CpuBackend(threads: 3));
        OnnxGraph graph = new(device, folder.Write("rows.onnx", bytes));
        using PlannedNetwork planned = new(graph);
        int[] rows = [.. Enumerable.Range(4, 24).Select(i => planned.RowsAtOnce(new Shape(1, 3, 16 * i, 16 * i)))];
        Assert.That(rows.Distinct().Count(), Is.GreaterThan(3));
        Assert.That(rows, Has.All.Matches<int>(n => n is 1 or 2 || n % 3 == 0));
        graph.Release();
    }

    static bool AreIndependent(Func<GraphBuilder, string> build)
    {
        GraphBuilder builder = new(opset: 13);
        byte[] bytes = builder.Finish(build(builder), size: Size);
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        OnnxGraph graph = new(device, folder.Write("rows.onnx", bytes));
        bool areIndependent = graph.AreRowsIndependent(new Shape(100, 3, Size, Size));
        graph.Release();
        return areIndependent;
    }
}
