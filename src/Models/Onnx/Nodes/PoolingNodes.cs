using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Poolings over windows and over whole images.</summary>
static class PoolingNodes
{
    const int MostAxes = 3;

    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["MaxPool"] = IntegersAsFloats.Also(MaxPool),
        ["AveragePool"] = AveragePool,
        ["LpPool"] = call => OfPowers(call, x =>
            [Pool(x, Window.Of(x, x.Tensor(0).Shape, MostAxes), new((image, window) => image.L2Pool2d(window)))]),
        ["GlobalAveragePool"] = call => Global(call, x => x.GlobalAveragePool()),
        ["GlobalMaxPool"] = call => Global(call, x => x.MaxPool2d(Whole(x))),
        ["GlobalLpPool"] = call => OfPowers(call, x => Global(x, image => image.L2Pool2d(Whole(image)))),
    };

    /// <summary>
    /// A norm of order p by way of the Euclidean one: (sum |x|^p)^(1/p) is the Euclidean norm of |x|^(p/2) to the
    /// power of 2 / p.
    /// </summary>
    static OnnxValue[] OfPowers(NodeCall call, NodeHandler euclidean)
    {
        long p = call.Node.Int("p", 2);
        if (p is < 1 or > 64) throw call.Error($"p is {p}; 1 to 64 are supported");
        if (p == 2) return euclidean(call);
        Tensor x = call.Tensor(0).Abs(), powers = p == 1 ? x.Sqrt() : x.Power(p / 2f);
        Tensor y = euclidean(call.WithFirst(powers))[0].Device!;
        return [p == 1 ? y.Square() : y.Power(2f / p)];
    }

    static OnnxValue[] MaxPool(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        Window window = Window.Of(call, x.Shape, MostAxes);
        Tensor y = Pool(call, window, new((image, over) => image.MaxPool2d(over), Outside: float.NegativeInfinity));
        return call.Node.Outputs.Count < 2
            ? [y]
            : [y, MaxIndices.Of(x, y.Shape, window, firstAxisFastest: call.Node.Int("storage_order", 0) != 0)];
    }

    static OnnxValue[] AveragePool(NodeCall call)
    {
        bool countsPadding = call.Node.Int("count_include_pad", 0) != 0;
        WindowFunction mean = new(
            (x, over) => x.AveragePool2d(over, countsPadding), IsMean: true, CountsPadding: countsPadding);
        return [Pool(call, Window.Of(call, call.Tensor(0).Shape, MostAxes), mean)];
    }

    static Tensor Pool(NodeCall call, Window window, WindowFunction function)
    {
        Tensor x = call.Tensor(0);
        bool ceilMode = call.Node.Int("ceil_mode", 0) != 0;
        if (window.Axes == MostAxes || window.Dilations.Any(d => d > 1))
            return AxisPooling.Pool(call, x, window, ceilMode, function);
        Window w = window.OverImages;
        Tensor y = function.Pool(x.As(Window.AsImages(x.Shape)), new PoolingWindow(
            w.Kernel[0], w.Kernel[1], w.Strides[0], w.Strides[1], w.Pads[0], w.Pads[1], w.Pads[2], w.Pads[3],
            ceilMode));
        return x.Shape.Rank == 3 ? y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]) : y;
    }

    static OnnxValue[] Global(NodeCall call, Func<Tensor, Tensor> pool)
    {
        Tensor x = call.Tensor(0);
        if (x.Shape.Rank < 3) throw call.Error($"input {x.Shape} has no spatial axes");
        Span<int> result = stackalloc int[x.Shape.Rank];
        result.Fill(1);
        (result[0], result[1]) = (x.Shape[0], x.Shape[1]);
        Tensor images = x.As(new Shape(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape.Product(3, x.Shape.Rank)));
        return [pool(images).Reshape(result)];
    }

    static PoolingWindow Whole(Tensor x) => new(x.Shape[2], x.Shape[3], 1, 1);
}
