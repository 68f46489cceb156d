using TripletGpu.Backends;
using TripletGpu.Collectives;

namespace TripletGpu.Ops;

/// <summary>
/// Batch norm of a batch that ranks have between them, with the statistics of all of it: forwards the ranks' means and
/// squared deviations are combined by Chan's formula in the order of ranks, backwards their sums of g and g n added.
/// Every rank then holds the same statistics, and computes what one process would.
/// </summary>
static class SharedBatchNorm
{
    /// <summary>See <see cref="INormalization.BatchNorm"/>.</summary>
    public static void Forward(
        INormalization on, BatchShare share, Tensor x, Tensor weight, Tensor bias, Tensor runningMean,
        Tensor runningVariance, Tensor? residual, Tensor y, Tensor statistics, float momentum, float epsilon,
        bool relu)
    {
        int channels = x.Shape[1], plane = x.Shape.Product(2, x.Shape.Rank);
        on.BatchMoments(x, statistics);
        float[] moments = new float[3 * channels * share.Collective.Size];
        Span<int> counts = stackalloc int[share.Collective.Size];
        counts.Fill(3 * channels);
        share.Collective.AllGather(statistics.ToArray(), moments.AsSpan(), counts);
        float[] described = new float[3 * channels];
        float[] mean = runningMean.ToArray(), variance = runningVariance.ToArray();
        for (int c = 0; c < channels; c++)
        {
            (double m, double squares, double count) = Combine(moments, c, channels, share.Counts, plane);
            described[c] = (float)m;
            described[channels + c] = (float)(m - (float)m);
            described[2 * channels + c] = (float)(1 / Math.Sqrt(squares / count + epsilon));
            mean[c] += momentum * ((float)m - mean[c]);
            variance[c] += momentum * ((float)(squares / (count - 1)) - variance[c]);
        }
        statistics.CopyFrom(described);
        runningMean.CopyFrom(mean);
        runningVariance.CopyFrom(variance);
        on.NormalizeBatch(x, weight, bias, statistics, residual, y, relu);
    }

    /// <summary>
    /// See <see cref="INormalization.BatchNormBackward"/>; dweight and dbias get this rank's part, as those of every
    /// other parameter.
    /// </summary>
    public static void Backward(
        INormalization on, BatchShare share, Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool relu)
    {
        Device device = x.Device;
        int channels = x.Shape[1];
        Tensor dot = device.Empty(weight.Shape), sum = device.Empty(bias.Shape);
        // Without dx it makes no difference to the sums whether the statistics are constants.
        on.BatchNormBackward(
            x, weight, bias, statistics, dy, default, new Gradient(dot, false), new Gradient(sum, false), true, relu);
        float[] dots = dot.ToArray(), sums = sum.ToArray();
        Put(dweight, dots);
        Put(dbias, sums);
        if (dx.IsNeeded)
        {
            float[] both = [.. sums, .. dots];
            share.Collective.AllReduceSum(both.AsSpan());
            float part = (float)share.Count / share.Rows;
            for (int i = 0; i < both.Length; i++) both[i] *= part;
            Tensor scaled = device.Tensor(new Shape(2, channels), both);
            on.BatchNormInputGradient(x, weight, bias, statistics, dy, scaled, dx, relu);
            device.CurrentStep!.Discard(scaled);
        }
        device.CurrentStep!.Discard(dot);
        device.CurrentStep.Discard(sum);
    }

    /// <summary>Mean, sum of squared deviations and count of a channel over all ranks.</summary>
    static (double Mean, double Squares, double Count) Combine(
        float[] moments, int channel, int channels, int[] rows, int plane)
    {
        double mean = 0, squares = 0, count = 0;
        for (int rank = 0; rank < rows.Length; rank++)
        {
            double its = (double)rows[rank] * plane, total = count + its;
            if (its == 0) continue;
            ReadOnlySpan<float> part = moments.AsSpan(3 * channels * rank, 3 * channels);
            double delta = part[channel] + (double)part[channels + channel] - mean;
            squares += part[2 * channels + channel] + delta * delta * count * its / total;
            mean += delta * its / total;
            count = total;
        }
        return (mean, squares, count);
    }

    static void Put(Gradient gradient, float[] values)
    {
        if (!gradient.IsNeeded) return;
        if (gradient.Accumulate)
        {
            float[] before = gradient.Target.ToArray();
            for (int i = 0; i < values.Length; i++) before[i] += values[i];
            values = before;
        }
        gradient.Target.CopyFrom(values);
    }
}
