using TripletGpu.Models.Text;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>The attributes that convolutions and poolings share, with automatic padding worked out.</summary>
/// <param name="Kernel">Along each spatial axis, as the next ones.</param>
/// <param name="Strides">Between windows.</param>
/// <param name="Dilations">Between the pixels of a window.</param>
/// <param name="Pads">Before the first pixel of each axis, then after the last one of each.</param>
sealed record Window(int[] Kernel, int[] Strides, int[] Dilations, int[] Pads)
{
    /// <summary>How many spatial axes there are.</summary>
    public int Axes => Kernel.Length;

    /// <summary>The same for images, where one spatial axis counts as an image of one line.</summary>
    public Window OverImages => Axes != 1 ? this
        : new Window([1, Kernel[0]], [1, Strides[0]], [1, Dilations[0]], [0, Pads[0], 0, Pads[1]]);

    /// <summary>Reads the attributes of a node.</summary>
    /// <param name="call">The node.</param>
    /// <param name="x">The input's shape: (N, C, L), (N, C, H, W) or (N, C, D, H, W).</param>
    /// <param name="mostAxes">How many spatial axes there may be.</param>
    /// <param name="weight">The extents of a filter where <c>kernel_shape</c> may be left out.</param>
    public static Window Of(NodeCall call, Shape x, int mostAxes, int[]? weight = null)
    {
        int axes = x.Rank - 2;
        if (axes < 1 || axes > mostAxes)
            throw call.Error(
                $"input {x} has {Counted.Of(axes, "spatial axis", "spatial axes")}; 1 to {mostAxes} are supported");
        int[] ones = [.. Enumerable.Repeat(1, axes)], none = new int[2 * axes];
        int[] kernel = call.Pixels("kernel_shape", weight ?? new int[axes]);
        int[] strides = call.Pixels("strides", ones), dilations = call.Pixels("dilations", ones);
        int[] pads = call.Pixels("pads", none);
        if (kernel.Contains(0) || strides.Contains(0) || dilations.Contains(0))
            throw call.Error("kernel_shape, strides and dilations must be positive");
        if (weight is not null && !kernel.SequenceEqual(weight)) throw call.Error("kernel_shape is not the weight's");
        string mode = call.Node.Text("auto_pad", "NOTSET");
        for (int i = 0; i < axes; i++)
        {
            if (mode == "VALID") pads[i] = pads[axes + i] = 0;
            if (mode is not ("SAME_UPPER" or "SAME_LOWER")) continue;
            int extent = x[2 + i], outputs = (extent + strides[i] - 1) / strides[i];
            int total = Math.Max(0, (outputs - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - extent);
            pads[i] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
            pads[axes + i] = total - pads[i];
        }
        return new Window(kernel, strides, dilations, pads);
    }

    /// <summary>(N, C, L) as (N, C, 1, L); images as they are.</summary>
    public static Shape AsImages(Shape x) => x.Rank == 3 ? new Shape(x[0], x[1], 1, x[2]) : x;
}
