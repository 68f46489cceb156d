using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Poolings over windows and over whole images.</summary>
static class PoolingNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["MaxPool"] = call => Pool(call, (x, window) => x.MaxPool2d(window)),
        ["AveragePool"] = call =>
            Pool(call, (x, window) => x.AveragePool2d(window, call.Node.Int("count_include_pad", 0) != 0)),
        ["LpPool"] = call => call.Node.Int("p", 2) == 2
            ? Pool(call, (x, window) => x.L2Pool2d(window))
            : throw call.Error($"p is {call.Node.Int("p", 2)}; only 2 is supported"),
        ["GlobalAveragePool"] = call => Global(call, x => x.GlobalAveragePool()),
        ["GlobalMaxPool"] = call => Global(call, x => x.MaxPool2d(Whole(x))),
        ["GlobalLpPool"] = call => call.Node.Int("p", 2) == 2
            ? Global(call, x => x.L2Pool2d(Whole(x)))
            : throw call.Error($"p is {call.Node.Int("p", 2)}; only 2 is supported"),
    };

    static OnnxValue[] Pool(NodeCall call, Func<Tensor, PoolingWindow, Tensor> pool)
    {
        Tensor x = call.Tensor(0);
        Window window = Window.Of(call, x.Shape);
        if (window.Dilations is not [1, 1]) throw call.Error("dilated pooling is not supported");
        Tensor y = pool(x.As(Window.AsImages(x.Shape)), new PoolingWindow(
            window.Kernel[0], window.Kernel[1], window.Strides[0], window.Strides[1],
            window.Pads[0], window.Pads[1], window.Pads[2], window.Pads[3], call.Node.Int("ceil_mode", 0) != 0));
        return [window.IsLine ? y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]) : y];
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
