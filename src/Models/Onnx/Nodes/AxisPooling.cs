using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Pooling over three axes or with dilations, along one axis after the other: a maximum of maxima, a mean of means, a
/// root of a sum of squares of such roots.
/// </summary>
static class AxisPooling
{
    public static Tensor Pool(NodeCall call, Tensor x, Window window, bool ceilMode, WindowFunction function)
    {
        for (int i = 0; i < window.Axes; i++)
        {
            AxisWindow axis = new(
                window.Kernel[i], window.Strides[i], window.Dilations[i], window.Pads[i], window.Pads[window.Axes + i]);
            if (axis.IsIdentity) continue;
            Shape shape = x.Shape;
            int at = i + 2, outer = shape.Product(0, at), extent = shape[at], inner = shape.Product(at + 1, shape.Rank);
            Tensor columns = x.Reshape(1, outer, extent, inner);
            Tensor y = axis.Dilation == 1
                ? function.Pool(columns, new PoolingWindow(
                    axis.Kernel, 1, axis.Stride, 1, axis.Before, 0, axis.After, 0, ceilMode))
                : Dilated(call, columns, axis, axis.Outputs(call, extent, ceilMode), function);
            x = y.Reshape(shape.With(at, y.Shape[2]).ToArray());
        }
        return x;
    }

    /// <summary>
    /// Lines that lie a dilation apart become neighbours when as many lines as the dilation count as one long line; the
    /// windows at all starts are pooled, and the strided ones taken.
    /// </summary>
    static Tensor Dilated(NodeCall call, Tensor x, AxisWindow axis, int outputs, WindowFunction function)
    {
        (int outer, int extent, int inner, int dilation) = (x.Shape[1], x.Shape[2], x.Shape[3], axis.Dilation);
        int starts = (outputs - 1) * axis.Stride + 1;
        int lines = (starts + dilation - 1) / dilation + axis.Kernel - 1;
        int after = lines * dilation - axis.Before - extent;
        if (after < 0) x = x.Slice(2, 0, extent + after);
        Tensor padded = x.Pad(
            new Shape(0, 0, axis.Before, 0), new Shape(0, 0, Math.Max(0, after), 0), function.Outside);
        Tensor pooled = function.Pool(
            padded.Reshape(1, outer, lines, dilation * inner), new PoolingWindow(axis.Kernel, 1, 1, 1));
        Tensor y = pooled.Reshape(1, outer, pooled.Shape[2] * dilation, inner).Slice(2, 0, outputs, axis.Stride);
        if (!function.IsMean) return y;
        float[] corrections = [.. Enumerable.Range(0, outputs)
            .Select(output => (float)axis.Kernel / axis.PixelsOf(output, extent, function.CountsPadding))];
        return y.Multiply(call.Device.Tensor(new Shape(outputs, 1), corrections));
    }
}
