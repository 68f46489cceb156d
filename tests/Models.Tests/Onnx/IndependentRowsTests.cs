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

    [TestCase(1, 1, false)]
    [TestCase(1, 3, true)]
    [TestCase(2, 3, false)]
    [TestCase(2, 4, true)]
    public void ATokenForSoManyImages_AsksForParts(int declared, int images, bool asks) => Assert.That(
        AsksForParts(
            graph => graph.Node("Concat", $"x {graph.Weight(1, 0, declared, 3, 1, Size)}", ("axis", 2)), declared,
            images),
        Is.EqualTo(asks));

    [Test]
    public void WhatTakesAnyNumber_DoesNot() => Assert.That(
        AsksForParts(graph => graph.Reshape(graph.Conv("x", 3, 4, 3), 1, -1), 1, 3), Is.False);

    [Test]
    public void OneResultOfTwoImages_DoesNot() => Assert.That(
        AsksForParts(graph => graph.Node("ReduceMean", "x", ("axes", new long[] { 0 })), 2, 4), Is.False);

    static bool AsksForParts(Func<GraphBuilder, string> build, int declared, int images)
    {
        GraphBuilder builder = new(opset: 13);
        byte[] bytes = builder.Finish(build(builder), size: Size, images: declared);
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        OnnxGraph graph = new(device, folder.Write("rows.onnx", bytes));
        graph.Train(false);
        bool asks = graph.AsksForParts(new Shape(images, 3, Size, Size));
        graph.Release();
        return asks;
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
