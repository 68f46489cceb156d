namespace TripletGpu.Backends.Cpu;

/// <summary>Convolutions on the CPU.</summary>
sealed unsafe partial class CpuConvolution(CpuBackend cpu) : IConvolution
{
    readonly CpuBackend cpu = cpu;

    public void Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionDims dims, bool relu)
    {
        ConvolutionDims d = dims;
        nint px = (nint)x.Floats(), pw = (nint)weight.Floats(), pb = (nint)(bias is null ? null : bias.Floats());
        nint pr = (nint)(residual is null ? null : residual.Floats()), py = (nint)y.Floats();
        cpu.Workers.ForEach(d.N * d.K, map =>
        {
            int n = map / d.K, k = map % d.K;
            for (int p = 0; p < d.P; p++)
                for (int q = 0; q < d.Q; q++)
                {
                    long at = ((long)map * d.P + p) * d.Q + q;
                    float sum = pb != 0 ? ((float*)pb)[k] : 0;
                    foreach ((long i, long j) in Taps(d, n, k, p, q)) sum += ((float*)px)[i] * ((float*)pw)[j];
                    if (pr != 0) sum += ((float*)pr)[at];
                    ((float*)py)[at] = relu && sum < 0 ? 0 : sum;
                }
        });
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionDims dims)
    {
        float* g = dy.Floats(), w = weight.Floats(), to = dx.Target!.Floats();
        if (!dx.Accumulate) dx.Target!.Span().Clear();
        foreach ((long o, long i, long j) in Products(dims)) to[i] += g[o] * w[j];
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionDims dims)
    {
        float* g = dy.Floats(), from = x.Floats(), to = dw.Target!.Floats();
        if (!dw.Accumulate) dw.Target!.Span().Clear();
        foreach ((long o, long i, long j) in Products(dims)) to[j] += g[o] * from[i];
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionDims dims)
    {
        Span<float> to = db.Target!.Span();
        float* from = dy.Floats();
        int pixels = dims.P * dims.Q;
        for (int k = 0; k < dims.K; k++)
        {
            double sum = db.Accumulate ? to[k] : 0;
            for (int n = 0; n < dims.N; n++)
                for (int i = 0; i < pixels; i++) sum += from[((long)n * dims.K + k) * pixels + i];
            to[k] = (float)sum;
        }
    }

    public void BackwardRelu(Tensor y, Tensor dy)
    {
        Span<float> values = y.Span(), gradients = dy.Span();
        for (int i = 0; i < values.Length; i++)
            if (!(values[i] > 0)) gradients[i] = 0;
    }

    static IEnumerable<(long Output, long Input, long Weight)> Products(ConvolutionDims d)
    {
        for (int n = 0; n < d.N; n++)
            for (int k = 0; k < d.K; k++)
                for (int p = 0; p < d.P; p++)
                    for (int q = 0; q < d.Q; q++)
                        foreach ((long i, long j) in Taps(d, n, k, p, q))
                            yield return ((((long)n * d.K + k) * d.P + p) * d.Q + q, i, j);
    }

    static IEnumerable<(long Input, long Weight)> Taps(ConvolutionDims d, int n, int k, int p, int q)
    {
        ConvolutionGeometry g = d.Geometry;
        for (int c = 0; c < d.C; c++)
            for (int r = 0; r < d.R; r++)
                for (int s = 0; s < d.S; s++)
                {
                    int h = p * g.StrideH + r * g.DilationH - g.PaddingTop, w = q * g.StrideW + s * g.DilationW - g.PaddingLeft;
                    if ((uint)h < (uint)d.H && (uint)w < (uint)d.W)
                        yield return ((((long)n * d.C + c) * d.H + h) * d.W + w, (((long)k * d.C + c) * d.R + r) * d.S + s);
                }
    }
}
