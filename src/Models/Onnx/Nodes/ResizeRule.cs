namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>How Resize finds its pixels along an axis.</summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">Where the pixels of the result lie in the input.</param>
/// <param name="Rounding">Which pixel is the nearest.</param>
/// <param name="Cubic">The coefficient of the cubic kernel.</param>
/// <param name="LeavesOutOutside">Whether weights of pixels outside are shared among those inside.</param>
/// <param name="IsSmoothed">Whether a smaller result averages over all pixels.</param>
sealed record ResizeRule(
    string Mode, string Coordinates, string Rounding, float Cubic = -0.75f, bool LeavesOutOutside = false,
    bool IsSmoothed = false)
{
    /// <summary>Reads a node; before opset 11 pixels lie at multiples of the scale.</summary>
    public static ResizeRule Of(NodeCall call)
    {
        OnnxNode node = call.Node;
        bool isOld = call.Opset < 11;
        ResizeRule rule = new(
            node.Text("mode", "nearest"),
            isOld ? "asymmetric" : node.Text("coordinate_transformation_mode", "half_pixel"),
            isOld ? "floor" : node.Text("nearest_mode", "round_prefer_floor"),
            node.Float("cubic_coeff_a", -0.75f), node.Int("exclude_outside", 0) != 0, node.Int("antialias", 0) != 0);
        if (rule.Mode is not ("nearest" or "linear" or "cubic"))
            throw call.Error($"the mode {rule.Mode} is not supported");
        if (rule.Coordinates is not ("half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel" or "align_corners"
            or "asymmetric" or "tf_half_pixel_for_nn"))
            throw call.Error($"the mode {rule.Coordinates} of coordinates is not supported");
        return rule;
    }

    /// <summary>The pixel that each pixel of the result takes.</summary>
    public int[] Nearest(int extent, int size, double scale)
    {
        int[] pixels = new int[size];
        for (int i = 0; i < size; i++)
        {
            double at = Source(i, extent, size, (float)scale), below = Math.Floor(at);
            double pixel = Rounding switch
            {
                "floor" => below,
                "ceil" => Math.Ceiling(at),
                "round_prefer_ceil" => Math.Floor(at + 0.5),
                _ => at - below == 0.5 ? below : Math.Floor(at + 0.5),
            };
            pixels[i] = (int)Math.Clamp(pixel, 0, extent - 1);
        }
        return pixels;
    }

    /// <summary>The weight of each of the input's pixels (columns) in each of the result's (rows).</summary>
    public float[] Weights(int extent, int size, double scale)
    {
        float[] weights = new float[size * extent];
        double reach = (Mode == "linear" ? 1 : 2) * (IsSmoothed && scale < 1 ? 1 / scale : 1);
        double shrink = IsSmoothed ? Math.Min(1, scale) : 1;
        double[] row = new double[extent];
        for (int i = 0; i < size; i++)
        {
            Array.Clear(row);
            double at = Source(i, extent, size, (float)scale), inside = 0, all = 0;
            if (Mode == "linear" && !IsSmoothed) at = Math.Clamp(at, 0, extent - 1);
            for (int k = (int)Math.Ceiling(at - reach); k <= Math.Floor(at + reach); k++)
            {
                double weight = Kernel(Math.Abs(k - at) * shrink);
                bool isInside = k >= 0 && k < extent;
                all += weight;
                if (isInside) inside += weight;
                if (isInside || !LeavesOutOutside) row[Math.Clamp(k, 0, extent - 1)] += weight;
            }
            double total = LeavesOutOutside ? inside : all;
            for (int k = 0; k < extent; k++) weights[i * extent + k] = (float)(row[k] / total);
        }
        return weights;
    }

    double Kernel(double distance) => Mode == "linear" ? Math.Max(0, 1 - distance)
        : distance <= 1 ? ((Cubic + 2) * distance - (Cubic + 3)) * distance * distance + 1
        : distance < 2 ? ((Cubic * distance - 5 * Cubic) * distance + 8 * Cubic) * distance - 4 * Cubic
        : 0;

    // In floats, as everyone reckons: a scale of 0.6 as a float would miss whole pixels in doubles.
    float Source(int i, int extent, int size, float scale) => Coordinates switch
    {
        "asymmetric" => i / scale,
        "tf_half_pixel_for_nn" => (i + 0.5f) / scale,
        "align_corners" => size == 1 ? 0 : i * (float)(extent - 1) / (size - 1),
        "pytorch_half_pixel" when size <= 1 => 0,
        "half_pixel_symmetric" => extent / 2f * (1 - size / (scale * extent)) + (i + 0.5f) / scale - 0.5f,
        _ => (i + 0.5f) / scale - 0.5f,
    };
}
