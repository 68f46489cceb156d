namespace TripletGpu.Oracle;

/// <summary>
/// y = max over windows of 2 x 2 with stride 2 of max(0, conv(x, w) + b); an odd last line or column is left out. The
/// gradient of a window goes to the first of its largest pixels, if that is positive.
/// </summary>
public sealed class ConvolutionReluMaxPool(Convolution convolution)
{
    public double[] Forward(double[] x, double[] w, double[] b)
    {
        double[] map = Map(x, w, b);
        return [.. Maxima(map).Select(at => map[at])];
    }

    /// <summary>The gradients of x, w and b.</summary>
    public double[][] Backward(double[] x, double[] w, double[] b, double[] dy)
    {
        double[] map = Map(x, w, b), dmap = new double[map.Length];
        int i = 0;
        foreach (int at in Maxima(map)) dmap[at] += dy[i++];
        dmap = Convolution.BackwardRelu(map, dmap);
        return
        [
            convolution.BackwardInput(w, dmap), convolution.BackwardWeight(x, dmap), convolution.BackwardBias(dmap),
        ];
    }

    double[] Map(double[] x, double[] w, double[] b) => convolution.Forward(x, w, b, null, relu: true);

    /// <summary>The position of each window's maximum in the full map, in the order of the output.</summary>
    IEnumerable<int> Maxima(double[] map)
    {
        int lines = convolution.P, columns = convolution.Q;
        for (int plane = 0; plane < convolution.N * convolution.K; plane++)
            for (int p = 0; p < lines / 2; p++)
                for (int q = 0; q < columns / 2; q++)
                {
                    int first = (plane * lines + 2 * p) * columns + 2 * q, best = first;
                    foreach (int at in new[] { first + 1, first + columns, first + columns + 1 })
                        if (map[at] > map[best]) best = at;
                    yield return best;
                }
    }
}
