namespace TripletGpu.Oracle;

/// <summary>
/// y[n, k, p, q] = sum of w[k, c, r, s] x[n, c, p strideH + r dilationH - top, q strideW + s dilationW - left], where x
/// is 0 outside the map; + bias + residual; then max(0, y) if asked for. Maps N C H W, weights K C R S.
/// </summary>
public sealed record Convolution(
    int N, int C, int H, int W, int K, int R, int S,
    int StrideH, int StrideW, int Top, int Left, int Bottom, int Right, int DilationH, int DilationW)
{
    public int P => (H + Top + Bottom - DilationH * (R - 1) - 1) / StrideH + 1;

    public int Q => (W + Left + Right - DilationW * (S - 1) - 1) / StrideW + 1;

    public double[] Forward(double[] x, double[] w, double[]? bias, double[]? residual, bool relu)
    {
        double[] y = new double[N * K * P * Q];
        foreach ((int o, int i, int j, int step) in Taps())
            for (int c = 0; c < C; c++) y[o] += x[i + c * H * W] * w[j + c * step];
        for (int o = 0; o < y.Length; o++)
        {
            if (bias is not null) y[o] += bias[o / (P * Q) % K];
            if (residual is not null) y[o] += residual[o];
            if (relu) y[o] = Math.Max(0, y[o]);
        }
        return y;
    }

    /// <summary>dy as it arrives at the convolution: 0 where the ReLU was 0.</summary>
    public static double[] BackwardRelu(double[] y, double[] dy) => [.. dy.Select((g, i) => y[i] > 0 ? g : 0)];

    public double[] BackwardInput(double[] w, double[] dy)
    {
        double[] dx = new double[N * C * H * W];
        foreach ((int o, int i, int j, int step) in Taps())
            for (int c = 0; c < C; c++) dx[i + c * H * W] += dy[o] * w[j + c * step];
        return dx;
    }

    public double[] BackwardWeight(double[] x, double[] dy)
    {
        double[] dw = new double[K * C * R * S];
        foreach ((int o, int i, int j, int step) in Taps())
            for (int c = 0; c < C; c++) dw[j + c * step] += dy[o] * x[i + c * H * W];
        return dw;
    }

    public double[] BackwardBias(double[] dy)
    {
        double[] db = new double[K];
        for (int o = 0; o < dy.Length; o++) db[o / (P * Q) % K] += dy[o];
        return db;
    }

    /// <summary>Every output with every tap inside the map: indices for channel 0, and the weight's step.</summary>
    IEnumerable<(int Output, int Input, int Weight, int WeightStep)> Taps()
    {
        for (int n = 0; n < N; n++)
            for (int k = 0; k < K; k++)
                for (int p = 0; p < P; p++)
                    for (int q = 0; q < Q; q++)
                        for (int r = 0; r < R; r++)
                            for (int s = 0; s < S; s++)
                            {
                                int h = p * StrideH + r * DilationH - Top, v = q * StrideW + s * DilationW - Left;
                                if (h < 0 || h >= H || v < 0 || v >= W) continue;
                                yield return (
                                    ((n * K + k) * P + p) * Q + q, (n * C * H + h) * W + v,
                                    (k * C * R + r) * S + s, R * S);
                            }
    }
}
