using TripletGpu.Backends.Cpu.Normalization;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>Normalisations on the CPU. Threads share channels, strips of pixels or rows.</summary>
sealed unsafe class CpuNormalization<V>(CpuBackend cpu) : INormalization where V : struct, ICpuVector<V>
{
    public void BatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float momentum, float epsilon, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* added = Floats(residual);
        float* to = y.Floats(), mean = runningMean.Floats(), variance = runningVariance.Floats();
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++)
            {
                (double m, double v) = pass.Moments(c);
                pass.SetStatistics(c, m, v + epsilon);
                double count = (double)pass.Images * pass.Plane;
                mean[c] += momentum * ((float)m - mean[c]);
                variance[c] += momentum * ((float)(v * count / (count - 1)) - variance[c]);
                pass.Normalize(c, added, to, relu);
            }
        });
    }

    public void FrozenBatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float epsilon, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* added = Floats(residual);
        float* to = y.Floats(), mean = runningMean.Floats(), variance = runningVariance.Floats();
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++)
            {
                pass.SetStatistics(c, mean[c], (double)variance[c] + epsilon);
                pass.Normalize(c, added, to, relu);
            }
        });
    }

    public void BatchNormBackward(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool frozen, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* from = dy.Floats();
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++)
            {
                double sum = 0, dot = 0;
                if (!frozen || dweight.IsNeeded || dbias.IsNeeded) (sum, dot) = pass.GradientSums(c, from, relu);
                if (dweight.IsNeeded) Put(dweight, c, dot * pass.Inverse(c));
                if (dbias.IsNeeded) Put(dbias, c, sum);
                if (dx.IsNeeded)
                {
                    if (frozen) (sum, dot) = (0, 0);
                    pass.InputGradient(c, from, dx.Target.Floats(), sum, dot, relu, dx.Accumulate);
                }
            }
        });
    }

    public void BatchMoments(Tensor x, Tensor moments)
    {
        BatchNormPass<V> pass = new(x, moments, moments, moments);
        float* to = moments.Floats();
        double count = (double)pass.Images * pass.Plane;
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++)
            {
                (double mean, double variance) = pass.Moments(c);
                to[c] = (float)mean;
                to[pass.Channels + c] = (float)(mean - (float)mean);
                to[2 * pass.Channels + c] = (float)(variance * count);
            }
        });
    }

    public void NormalizeBatch(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor? residual, Tensor y, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* to = y.Floats(), added = Floats(residual);
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++) pass.Normalize(c, added, to, relu);
        });
    }

    public void BatchNormInputGradient(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Tensor sums, Gradient dx, bool relu)
    {
        if (!dx.IsNeeded) return;
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* from = dy.Floats(), to = dx.Target.Floats(), given = sums.Floats();
        bool accumulate = dx.Accumulate;
        Share(pass.Channels, pass.Images * pass.Plane, (first, last) =>
        {
            for (int c = first; c < last; c++)
                pass.InputGradient(
                    c, from, to, given[c], given[pass.Channels + c] / (double)pass.Inverse(c), relu, accumulate);
        });
    }

    static float* Floats(Tensor? tensor) => tensor is null ? null : tensor.Floats();

    public void LocalResponseNorm(Tensor x, Tensor y, int size, float alpha, float beta, float k)
    {
        float* from = x.Floats(), to = y.Floats();
        ResponseStrips<V> strips = new(x.Shape, size, alpha, beta, k);
        Share(strips.Count, strips.Elements, (first, last) =>
        {
            for (int i = first; i < last; i++) strips.Forward(i, from, to);
        });
    }

    public void LocalResponseNormBackward(Tensor x, Tensor dy, Gradient dx, int size, float alpha, float beta, float k)
    {
        if (!dx.IsNeeded) return;
        float* input = x.Floats(), from = dy.Floats(), to = dx.Target.Floats();
        ResponseStrips<V> strips = new(x.Shape, size, alpha, beta, k);
        Share(strips.Count, strips.Elements,
            (first, last) => strips.Backward(first, last, input, from, to, dx.Accumulate));
    }

    public void L2Normalize(Tensor x, Tensor y, Tensor norms, float epsilon)
    {
        float* from = x.Floats(), to = y.Floats(), lengths = norms.Floats();
        int width = x.Shape[1];
        Share(x.Shape[0], width, (first, last) =>
        {
            for (int n = first; n < last; n++)
            {
                long at = (long)n * width;
                lengths[n] = MathF.Sqrt(UnitRows<V>.Dot(from + at, from + at, width));
                if (float.IsPositiveInfinity(lengths[n]))
                    lengths[n] = UnitRows<V>.ForwardLong(from + at, to + at, width);
                else
                    UnitRows<V>.Forward(from + at, to + at, width, MathF.Max(lengths[n], epsilon));
            }
        });
    }

    public void L2NormalizeBackward(Tensor y, Tensor norms, Tensor dy, Gradient dx, float epsilon)
    {
        if (!dx.IsNeeded) return;
        float* output = y.Floats(), from = dy.Floats(), to = dx.Target.Floats(), lengths = norms.Floats();
        int width = y.Shape[1];
        Share(y.Shape[0], width, (first, last) =>
        {
            for (int n = first; n < last; n++)
            {
                long at = (long)n * width;
                float inverse = lengths[n] < epsilon ? 0 : 1 / lengths[n];
                UnitRows<V>.Backward(output + at, from + at, to + at, width, inverse, dx.Accumulate);
            }
        });
    }

    static void Put(Gradient gradient, int c, double value)
    {
        float* to = gradient.Target!.Floats() + c;
        *to = gradient.Accumulate ? *to + (float)value : (float)value;
    }

    void Share(int count, int elements, Action<int, int> range) =>
        cpu.Workers.For(count, (VectorLoop.WorthSharing + elements - 1) / Math.Max(1, elements), range);
}
