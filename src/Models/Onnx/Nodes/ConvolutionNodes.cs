using TripletGpu.Backends;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Conv, with groups.</summary>
static class ConvolutionNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new() { ["Conv"] = Convolve };

    static OnnxValue[] Convolve(NodeCall call)
    {
        Tensor x = call.Tensor(0), weight = call.Tensor(1);
        Tensor? bias = call.OptionalTensor(2);
        if (weight.Shape.Rank != x.Shape.Rank)
            throw call.Error($"input {x.Shape} and weight {weight.Shape} differ in rank");
        bool isLine = x.Shape.Rank == 3;
        Window window = Window.Of(call, x.Shape, mostAxes: 2, weight.Shape.ToArray()[2..]).OverImages;
        x = x.As(Window.AsImages(x.Shape));
        weight = weight.As(Window.AsImages(weight.Shape));
        ConvolutionGeometry geometry = new(
            window.Strides[0], window.Strides[1], window.Pads[0], window.Pads[1], window.Pads[2], window.Pads[3],
            window.Dilations[0], window.Dilations[1]);
        _ = call.ShapeOf([x.Shape[0], weight.Shape[0], Outputs(0), Outputs(1)]);
        long groups = call.Node.Int("group", 1);
        Tensor y = groups == 1 ? x.Conv2d(weight, geometry, bias) : Grouped(call, x, weight, bias, geometry, groups);
        return [isLine ? y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]) : y];

        // Rounded up: to tell the memory, not the shape.
        long Outputs(int axis) => Math.Max(0, (long)x.Shape[axis + 2] + window.Pads[axis] + window.Pads[axis + 2])
            / window.Strides[axis] + 1;
    }

    /// <summary>A convolution for each group of channels, and their maps one after the other.</summary>
    static Tensor Grouped(
        NodeCall call, Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry, long groups)
    {
        int channels = x.Shape[1], filters = weight.Shape[0];
        if (groups < 1 || groups > channels || channels % groups != 0 || filters % groups != 0)
            throw call.Error(
                $"{Counted.Of(channels, "channel")} and {Counted.Of(filters, "filter")} do not divide into"
                + $" {Counted.Of(groups, "group")}");
        int from = channels / (int)groups, to = filters / (int)groups;
        if (from == 1 && to == 1 && weight.Shape[1] == 1) return x.DepthwiseConv2d(weight, geometry, bias);
        Tensor[] maps = new Tensor[groups];
        for (int g = 0; g < maps.Length; g++)
            maps[g] = x.Slice(1, g * from, from)
                .Conv2d(weight.Slice(0, g * to, to), geometry, bias?.Slice(0, g * to, to));
        return TensorOps.Concat(1, maps);
    }
}
