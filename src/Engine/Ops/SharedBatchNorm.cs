using TripletGpu.Backends;
using TripletGpu.Collectives;

namespace TripletGpu.Ops;

/// <summary>
/// Batch norms of a batch that ranks have between them, with the statistics of all of it: forwards the ranks' means and
/// squared deviations are combined by Chan's formula in the order of ranks, backwards their sums of g and g n added.
/// Every rank then holds the same statistics, and computes what one process would.
/// <para>
/// Norms that stand side by side in the network tell each other in one message: a rank waits once for all of them.
/// Forwards and backwards, the last that comes finishes for all, so nothing may read what one of them gives before
/// every one has been called.
/// </para>
/// </summary>
/// <param name="share">The ranks.</param>
/// <param name="count">How many norms tell each other together.</param>
sealed class SharedBatchNorm(BatchShare share, int count)
{
    readonly List<ForwardPass> forward = [];
    readonly List<BackwardPass> backward = [];
    int recorded;

    /// <summary>What one norm computes forwards.</summary>
    /// <param name="X">The input.</param>
    /// <param name="Weight">Scales.</param>
    /// <param name="Bias">Shifts.</param>
    /// <param name="RunningMean">Moves towards the batch's.</param>
    /// <param name="RunningVariance">Moves towards the batch's.</param>
    /// <param name="Residual">Added before the ReLU; null: nothing.</param>
    /// <param name="Y">The output.</param>
    /// <param name="Statistics">(3, C): see <see cref="INormalization.BatchNorm"/>.</param>
    /// <param name="Op">Momentum and epsilon.</param>
    /// <param name="Relu">Whether max(0, y) follows.</param>
    public sealed record ForwardPass(
        Tensor X, Tensor Weight, Tensor Bias, Tensor RunningMean, Tensor RunningVariance, Tensor? Residual, Tensor Y,
        Tensor Statistics, BatchNorm Op, bool Relu)
    {
        public int Channels => X.Shape[1];
    }

    /// <summary>What is left of one norm's backward pass when its own sums are known.</summary>
    sealed record BackwardPass(
        Tensor X, Tensor Weight, Tensor Bias, Tensor Statistics, Tensor Dy, Gradient Dx, float[] Sums, float[] Dots,
        bool Relu);

    /// <summary>See <see cref="INormalization.BatchNorm"/>.</summary>
    public void Forward(INormalization on, ForwardPass norm)
    {
        on.BatchMoments(norm.X, norm.Statistics);
        forward.Add(norm);
        // The backward pass walks what was recorded.
        if (norm.Y.Device.CurrentStep!.IsRecording
            && (norm.X.RequiresGradient || norm.Weight.RequiresGradient || norm.Bias.RequiresGradient
                || norm.Residual is { RequiresGradient: true })) recorded++;
        if (forward.Count < count) return;
        int channels = forward.Sum(pass => pass.Channels);
        float[] own = new float[3 * channels], moments = new float[3 * channels * share.Collective.Size];
        int at = 0;
        foreach (ForwardPass pass in forward)
        {
            pass.Statistics.CopyTo(own.AsSpan(at, 3 * pass.Channels));
            at += 3 * pass.Channels;
        }
        Span<int> counts = stackalloc int[share.Collective.Size];
        counts.Fill(own.Length);
        share.Collective.AllGather(own, moments.AsSpan(), counts);
        at = 0;
        foreach (ForwardPass pass in forward)
        {
            Describe(pass, moments, at, own.Length);
            on.NormalizeBatch(pass.X, pass.Weight, pass.Bias, pass.Statistics, pass.Residual, pass.Y, pass.Relu);
            at += 3 * pass.Channels;
        }
        forward.Clear();
    }

    /// <summary>
    /// See <see cref="INormalization.BatchNormBackward"/>; dweight and dbias get this rank's part, as those of every
    /// other parameter.
    /// </summary>
    public void Backward(
        INormalization on, Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Gradient dx,
        Gradient dweight, Gradient dbias, bool relu)
    {
        Device device = x.Device;
        Tensor dot = device.Empty(weight.Shape), sum = device.Empty(bias.Shape);
        // Without dx it makes no difference to the sums whether the statistics are constants.
        on.BatchNormBackward(
            x, weight, bias, statistics, dy, default, new Gradient(dot, false), new Gradient(sum, false), true, relu);
        float[] dots = dot.ToArray(), sums = sum.ToArray();
        Put(dweight, dots);
        Put(dbias, sums);
        device.CurrentStep!.Discard(dot);
        device.CurrentStep.Discard(sum);
        // The tape gives both up behind this norm, and the others are still to come.
        if (dx.IsNeeded)
            backward.Add(new(
                x, weight, bias, statistics.Share(statistics.Shape, statistics.Producer),
                dy.Share(dy.Shape, dy.Producer), dx, sums, dots, relu));
        if (--recorded <= 0 && backward.Count > 0) FinishBackward(on, device);
    }

    void FinishBackward(INormalization on, Device device)
    {
        float[] all = [.. backward.SelectMany(pass => (IEnumerable<float>)[.. pass.Sums, .. pass.Dots])];
        share.Collective.AllReduceSum(all.AsSpan());
        float part = (float)share.Count / share.Rows;
        for (int i = 0; i < all.Length; i++) all[i] *= part;
        int at = 0;
        foreach (BackwardPass pass in backward)
        {
            int channels = pass.Sums.Length;
            Tensor scaled = device.Tensor(new Shape(2, channels), all.AsSpan(at, 2 * channels));
            at += 2 * channels;
            on.BatchNormInputGradient(
                pass.X, pass.Weight, pass.Bias, pass.Statistics, pass.Dy, scaled, pass.Dx, pass.Relu);
            device.CurrentStep!.Discard(scaled);
            pass.Statistics.Release();
            pass.Dy.Release();
        }
        backward.Clear();
    }

    /// <summary>The whole batch's statistics in the place of this rank's; running ones move towards them.</summary>
    void Describe(ForwardPass pass, float[] moments, int at, int stride)
    {
        int channels = pass.Channels, plane = pass.X.Shape.Product(2, pass.X.Shape.Rank);
        float momentum = pass.Op.Momentum;
        float[] described = new float[3 * channels];
        float[] mean = pass.RunningMean.ToArray(), variance = pass.RunningVariance.ToArray();
        for (int c = 0; c < channels; c++)
        {
            (double m, double squares, double elements) = Combine(moments, at + c, stride, channels, plane);
            described[c] = (float)m;
            described[channels + c] = (float)(m - (float)m);
            described[2 * channels + c] = (float)(1 / Math.Sqrt(squares / elements + pass.Op.Epsilon));
            mean[c] += momentum * ((float)m - mean[c]);
            variance[c] += momentum * ((float)(squares / (elements - 1)) - variance[c]);
        }
        pass.Statistics.CopyFrom(described);
        pass.RunningMean.CopyFrom(mean);
        pass.RunningVariance.CopyFrom(variance);
    }

    /// <summary>Mean, sum of squared deviations and count of a channel over all ranks.</summary>
    /// <param name="moments">What the ranks have told, <paramref name="stride"/> values each.</param>
    /// <param name="at">Where the channel's mean is in those of rank 0.</param>
    /// <param name="stride">From one rank's to the next.</param>
    /// <param name="channels">Of its norm: from its mean to the rest of it, and on to its squares.</param>
    /// <param name="plane">Elements of a channel of an image.</param>
    (double Mean, double Squares, double Count) Combine(float[] moments, int at, int stride, int channels, int plane)
    {
        double mean = 0, squares = 0, elements = 0;
        for (int rank = 0; rank < share.Counts.Length; rank++, at += stride)
        {
            double its = (double)share.Counts[rank] * plane, total = elements + its;
            if (its == 0) continue;
            double delta = moments[at] + (double)moments[at + channels] - mean;
            squares += moments[at + 2 * channels] + delta * delta * elements * its / total;
            mean += delta * its / total;
            elements = total;
        }
        return (mean, squares, elements);
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
