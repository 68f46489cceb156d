using TripletGpu.Backends.Cpu.Normalization;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>Normalisations on the CPU. Threads share channels, blocks of them, strips of pixels or rows.</summary>
sealed unsafe class CpuNormalization<V>(CpuBackend cpu) : INormalization where V : struct, ICpuVector<V>
{
    public bool TakesChannelsOfMaps => true;

    public void BatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float momentum, float epsilon, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* added = Floats(residual);
        Maps to = pass.Of(y);
        float* running = runningMean.Floats(), variance = runningVariance.Floats();
        double count = (double)pass.Images * pass.Plane;
        Share(pass, (first, channels) =>
        {
            double* means = stackalloc double[channels], variances = stackalloc double[channels];
            pass.Moments(first, channels, means, variances);
            for (int i = 0, c = first; i < channels; i++, c++)
            {
                pass.SetStatistics(c, means[i], variances[i] + epsilon);
                running[c] += momentum * ((float)means[i] - running[c]);
                variance[c] += momentum * ((float)(variances[i] * count / (count - 1)) - variance[c]);
            }
            pass.Normalize(first, channels, added, to, relu);
        });
    }

    public void FrozenBatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float epsilon, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        float* added = Floats(residual);
        Maps to = pass.Of(y);
        float* mean = runningMean.Floats(), variance = runningVariance.Floats();
        Share(pass, (first, channels) =>
        {
            for (int c = first; c < first + channels; c++)
                pass.SetStatistics(c, mean[c], (double)variance[c] + epsilon);
            pass.Normalize(first, channels, added, to, relu);
        });
    }

    public void BatchNormBackward(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool frozen, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        Maps from = pass.Of(dy);
        bool areSummed = !frozen || dweight.IsNeeded || dbias.IsNeeded;
        Share(pass, (first, channels) =>
        {
            double* sums = stackalloc double[channels], dots = stackalloc double[channels];
            if (areSummed) pass.GradientSums(first, channels, from, relu, sums, dots);
            for (int i = 0; i < channels; i++)
            {
                if (dweight.IsNeeded) Put(dweight, first + i, dots[i] * pass.Inverse(first + i));
                if (dbias.IsNeeded) Put(dbias, first + i, sums[i]);
                if (frozen) sums[i] = dots[i] = 0;
            }
            if (dx.IsNeeded)
                pass.InputGradient(first, channels, from, dx.Target.Floats(), sums, dots, relu, dx.Accumulate);
        });
    }

    public void BatchMoments(Tensor x, Tensor moments)
    {
        BatchNormPass<V> pass = new(x, moments, moments, moments);
        float* to = moments.Floats();
        double count = (double)pass.Images * pass.Plane;
        Share(pass, (first, channels) =>
        {
            double* means = stackalloc double[channels], variances = stackalloc double[channels];
            pass.Moments(first, channels, means, variances);
            for (int i = 0, c = first; i < channels; i++, c++)
            {
                to[c] = (float)means[i];
                to[pass.Channels + c] = (float)(means[i] - (float)means[i]);
                to[2 * pass.Channels + c] = (float)(variances[i] * count);
            }
        });
    }

    public void NormalizeBatch(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor? residual, Tensor y, bool relu)
    {
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        Maps to = pass.Of(y);
        float* added = Floats(residual);
        Share(pass, (first, channels) => pass.Normalize(first, channels, added, to, relu));
    }

    public void BatchNormInputGradient(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Tensor sums, Gradient dx, bool relu)
    {
        if (!dx.IsNeeded) return;
        BatchNormPass<V> pass = new(x, weight, bias, statistics);
        Maps from = pass.Of(dy);
        float* to = dx.Target.Floats(), given = sums.Floats();
        bool accumulate = dx.Accumulate;
        Share(pass, (first, channels) =>
        {
            double* sum = stackalloc double[channels], dot = stackalloc double[channels];
            for (int i = 0, c = first; i < channels; i++, c++)
                (sum[i], dot[i]) = (given[c], given[pass.Channels + c] / (double)pass.Inverse(c));
            pass.InputGradient(first, channels, from, to, sum, dot, relu, accumulate);
        });
    }

    /// <summary>
    /// Calls for the first channel of each strip or block and how many it has; threads share these.
    /// </summary>
    void Share(in BatchNormPass<V> pass, Action<int, int> strip)
    {
        int channels = pass.Channels, together = pass.Together(cpu.Workers.Threads);
        Share((channels + together - 1) / together, together * pass.Images * pass.Plane, (from, to) =>
        {
            for (int i = from; i < to; i++) strip(i * together, Math.Min(together, channels - i * together));
        });
    }

    static float* Floats(Tensor? tensor) => tensor is null ? null : tensor.Floats();

    public void LocalResponseNorm(Tensor x, Tensor y, int size, float alpha, float beta, float k)
    {
        float* from = x.Floats(), to = y.Floats();
        ResponseCurve<V> curve = new(size, alpha, beta, k);
        if (x.ChannelBlock > 0)
        {
            ResponsePixels<V> pixels = new(x.Shape, size, curve);
            Share(x.Shape[0] * pixels.PerImage, pixels.Elements,
                (first, last) => pixels.Forward(first, last, from, to));
            return;
        }
        ResponseStrips<V> strips = new(x.Shape, size, curve);
        Share(strips.Count, strips.Elements, (first, last) =>
        {
            for (int i = first; i < last; i++) strips.Forward(i, from, to);
        });
    }

    public void LocalResponseNormBackward(Tensor x, Tensor dy, Gradient dx, int size, float alpha, float beta, float k)
    {
        if (!dx.IsNeeded) return;
        float* input = x.Floats(), from = dy.Floats(), to = dx.Target.Floats();
        ResponseCurve<V> curve = new(size, alpha, beta, k);
        if (x.ChannelBlock > 0)
        {
            ResponsePixels<V> pixels = new(x.Shape, size, curve);
            Share(x.Shape[0] * pixels.PerImage, pixels.Elements,
                (first, last) => pixels.Backward(first, last, input, from, to, dx.Accumulate));
            return;
        }
        ResponseStrips<V> strips = new(x.Shape, size, curve);
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
