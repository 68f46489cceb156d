using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.PairLosses;
using TripletGpu.RandomNumbers;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Every operation on tensors without elements: empty results, and sums and products of nothing.</summary>
public static class EmptyCases
{
    static readonly Shape NoImages = new(0, 3, 6, 5);

    /// <summary>What has no value of nothing: losses, and a pool that needs pixels.</summary>
    public static IReadOnlySet<Type> Refused { get; } =
        new HashSet<Type>
        {
            typeof(SoftmaxCrossEntropy), typeof(TripletLoss), typeof(PairLoss<>), typeof(Conv2dReluMaxPool),
        };

    public static IEnumerable<OpCase> Cases =>
    [
        Nothing("Unary", new Unary<Exp>(), new Shape(2, 0)),
        Nothing("Binary", new Binary<Add>(), new Shape(0, 3), new Shape(0, 3)),
        Nothing("Binary, broadcast", new Binary<Multiply>(), new Shape(2, 0), new Shape(2, 1)),
        Nothing("Binary, broadcast to nothing", new Binary<Divide>(), new Shape(1, 3), new Shape(0, 3)),
        Nothing("PRelu", new Binary<PRelu>(), NoImages, new Shape(3, 1, 1)),
        Nothing("WithScalar", new WithScalar<Maximum>(1), new Shape(0)),
        Nothing("Affine", new Affine(2, 1), new Shape(0, 4)),
        Nothing("Dropout", new Dropout(new DropoutMask(0.5f, 1, 2, 3)), new Shape(3, 0)),
        Nothing("MatMul without rows", new MatMul(), new Shape(0, 3), new Shape(3, 2)),
        Nothing("MatMul without columns", new MatMul(), new Shape(2, 3), new Shape(3, 0)),
        Nothing("MatMul of no matrices", new MatMul(), new Shape(0, 3, 2), new Shape(0, 2, 4)),
        Filled("MatMul of two over nothing", new MatMul(), 12, 0, new Shape(2, 2, 0), new Shape(2, 0, 3)),
        Filled("MatMul over nothing", new MatMul(), 6, 0, new Shape(2, 0), new Shape(0, 3)),
        Nothing("Linear without rows", new Linear(), new Shape(0, 3), new Shape(2, 3), new Shape(2)),
        Filled("Linear over nothing", new Linear(), 8, 0, new Shape(4, 0), new Shape(2, 0)),
        new("Empty: Linear over nothing, with bias", new Linear(), [new(2, 0), new(3, 0), new(3)],
            x => [.. x[2], .. x[2]], (x, dy) => [[], [], [dy[0] + dy[3], dy[1] + dy[4], dy[2] + dy[5]]],
            Tolerance.Elementwise),
        Nothing("Conv2d of no images", Convolution(false, false), NoImages, new Shape(4, 3, 3, 3)),
        Nothing("Conv2d of no images, everything fused", Convolution(true, true), NoImages, new Shape(4, 3, 3, 3),
            new Shape(4), new Shape(0, 4, 6, 5)),
        Nothing("Conv2d without filters", Convolution(false, false), new Shape(2, 3, 4, 4), new Shape(0, 3, 3, 3)),
        Filled(
            "Conv2d without channels", Convolution(false, false), 32, 0, new Shape(1, 0, 4, 4), new Shape(2, 0, 3, 3)),
        Filled(
            "Conv2d of padding", Convolution(false, false) with { Geometry = new ConvolutionGeometry(1, 2, 1) }, 16, 0,
            new Shape(1, 3, 0, 2), new Shape(2, 3, 3, 3)),
        new("Empty: Conv2d without channels, everything fused", Convolution(true, true),
            [new(1, 0, 1, 2), new(1, 0, 3, 3), new(1), new(1, 1, 1, 2)],
            x => [Math.Max(0, x[2][0] + x[3][0]), Math.Max(0, x[2][0] + x[3][1])],
            (x, dy) =>
            {
                double[] d = [x[2][0] + x[3][0] > 0 ? dy[0] : 0, x[2][0] + x[3][1] > 0 ? dy[1] : 0];
                return [[], [], [d[0] + d[1]], d];
            }, Tolerance.Elementwise),
        Nothing("DepthwiseConv2d", new DepthwiseConv2d(new(1, padding: 1), false, ClipRange.None), NoImages,
            new Shape(3, 1, 3, 3)),
        Nothing("MaxPool2d", new MaxPool2d(PoolingWindow.Square(2, 2)), NoImages),
        Nothing("AveragePool2d", new AveragePool2d(PoolingWindow.Square(2, 2)), new Shape(2, 0, 4, 4)),
        Nothing("L2Pool2d", new L2Pool2d(PoolingWindow.Square(2, 2)), NoImages),
        Nothing("GlobalAveragePool", new GlobalAveragePool(), NoImages),
        Filled("GlobalAveragePool of no pixels", new GlobalAveragePool(), 6, double.NaN, new Shape(2, 3, 0, 5)),
        Norm("BatchNorm2d", new BatchNorm2d(IsFrozen: true)),
        Norm("BatchNormRelu", new BatchNormRelu(IsFrozen: true)),
        Nothing("LocalResponseNorm", new LocalResponseNorm(5, 1e-4f, 0.75f, 1), NoImages),
        Nothing("L2Normalize", new L2Normalize(), new Shape(3, 0)),
        Nothing("LogSoftmax without rows", new LogSoftmax(), new Shape(0, 3)),
        Nothing("LogSoftmax without classes", new LogSoftmax(), new Shape(3, 0)),
        Nothing("Reshape", new Reshape(new Shape(0, 7)), new Shape(2, 0)),
        Nothing("Permute", new Permute(new Shape(1, 0)), new Shape(2, 0)),
        Nothing("MapLayout", new MapLayout(0), NoImages),
        Nothing("Slice of nothing", new Slice(0, 0, 0), new Shape(2, 3)),
        Nothing("Slice", new Slice(0, 1, 1), new Shape(2, 0)),
        Filled("Pad", new Pad(new Shape(1, 2), new Shape(1, 0), 7), 4, 7, new Shape(0, 0)),
        Nothing("Concat", new Concat(0), new Shape(0, 3), new Shape(0, 3)),
        new("Empty: Concat with a part", new Concat(1), [new(2, 0), new(2, 1), new(2, 0)], x => x[1],
            (x, dy) => [[], dy, []], Tolerance.Exact),
        Nothing("Sum to nothing", new Sum(new Shape(0, 1)), new Shape(0, 4)),
        Filled("Sum of nothing", new Sum(new Shape(1, 4)), 4, 0, new Shape(0, 4)),
        Filled("Mean of nothing", new Sum(new Shape(2, 1), float.PositiveInfinity), 2, double.NaN, new Shape(2, 0)),
    ];

    static Conv2d Convolution(bool everything, bool relu) =>
        new(new ConvolutionGeometry(1, 1, 1), everything, everything, ClipRange.ReluIf(relu));

    static OpCase Norm(string name, BatchNorm op) => new(
        $"Empty: {name}", op, [NoImages, new(3), new(3), new(3), new(3)], _ => [],
        (_, _) => [[], [0, 0, 0], [0, 0, 0], null, null], Tolerance.Exact);

    static OpCase Nothing(string name, Op op, params Shape[] inputs) => Filled(name, op, 0, 0, inputs);

    /// <summary>An output whose elements are all the same, and gradients of 0.</summary>
    static OpCase Filled(string name, Op op, int count, double value, params Shape[] inputs) => new(
        $"Empty: {name}", op, inputs, _ => [.. Enumerable.Repeat(value, count)],
        (_, _) => [.. inputs.Select(shape => new double[shape.Count])], Tolerance.Exact)
    { IsSmooth = false };
}
