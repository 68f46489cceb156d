namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// The second output of MaxPool: where in the whole input each maximum lies. It is found on the host, since nothing in
/// a network that trains reads it.
/// </summary>
static class MaxIndices
{
    /// <param name="x">The input: (N, C) and up to three spatial axes.</param>
    /// <param name="y">The output.</param>
    /// <param name="window">The window.</param>
    /// <param name="firstAxisFastest">
    /// Whether positions inside a plane count along the first spatial axis first.
    /// </param>
    public static OnnxValue Of(Tensor x, Shape y, Window window, bool firstAxisFastest)
    {
        float[] values = x.ToArray();
        int[] extents = InThree(x.Shape.ToArray()[2..], 1), outputs = InThree(y.ToArray()[2..], 1);
        int[] kernel = InThree(window.Kernel, 1), strides = InThree(window.Strides, 1),
            dilations = InThree(window.Dilations, 1);
        int[] before = InThree(window.Pads[..window.Axes], 0);
        int plane = extents[0] * extents[1] * extents[2];
        long[] indices = new long[y.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            (int rest, int column) = Math.DivRem(i, outputs[2]);
            (rest, int row) = Math.DivRem(rest, outputs[1]);
            (int map, int slice) = Math.DivRem(rest, outputs[0]);
            float largest = float.NegativeInfinity;
            foreach (int d in Inside(0, slice))
                foreach (int h in Inside(1, row))
                    foreach (int w in Inside(2, column))
                        if (values[map * plane + (d * extents[1] + h) * extents[2] + w] is var value && value > largest)
                            (largest, indices[i]) = (value, (long)map * plane + Position(d, h, w));
        }
        return new OnnxValue(OnnxTensor.Of("", Array.ConvertAll(y.ToArray(), extent => (long)extent), indices));

        IEnumerable<int> Inside(int axis, int output) => Enumerable.Range(0, kernel[axis])
            .Select(k => output * strides[axis] - before[axis] + k * dilations[axis])
            .Where(at => at >= 0 && at < extents[axis]);

        int Position(int d, int h, int w) => firstAxisFastest
            ? (w * extents[1] + h) * extents[0] + d
            : (d * extents[1] + h) * extents[2] + w;
    }

    static int[] InThree(int[] values, int fill) => [.. Enumerable.Repeat(fill, 3 - values.Length), .. values];
}
