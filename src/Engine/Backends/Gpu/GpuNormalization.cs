using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Normalization;

namespace TripletGpu.Backends.Gpu;

/// <summary>Normalisations on a GPU.</summary>
sealed class GpuNormalization(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : INormalization
{
    public void BatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float momentum, float epsilon, bool relu)
    {
        ChannelDims d = Dims(x);
        if (!TakesWholeChannels(d))
        {
            Describe(x, runningMean.Floats(), runningVariance.Floats(), statistics, momentum, epsilon);
            Normalize(x, weight, bias, statistics, residual, y, d, relu);
        }
        else if (plan.SumsByItem)
            BatchNormKernels.LaunchNormalizeWholeByItem(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), runningMean.Floats(),
                runningVariance.Floats(), statistics.Floats(), (residual ?? y).Floats(), y.Floats(), d, momentum,
                epsilon, relu ? 1 : 0, residual is null ? 0 : 1);
        else
            BatchNormKernels.LaunchNormalizeWhole(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), runningMean.Floats(),
                runningVariance.Floats(), statistics.Floats(), (residual ?? y).Floats(), y.Floats(), d, momentum,
                epsilon, relu ? 1 : 0, residual is null ? 0 : 1);
    }

    public void BatchMoments(Tensor x, Tensor moments)
    {
        int channels = x.Shape[1];
        // A momentum of 1 leaves the batch's own mean and unbiased variance where the running ones stand.
        DeviceView<float> all = scratch.Take<float>(ScratchUse.Map, 2L * channels);
        DeviceView<float> mean = all.Slice(0, channels), variance = all.Slice(channels, channels);
        ElementwiseKernels.LaunchFill(driver, 2 * channels, all, 0);
        Describe(x, mean, variance, moments, momentum: 1, epsilon: 1);
        BatchNormKernels.LaunchKeepSquares(driver, channels, variance, moments.Floats(), Dims(x));
    }

    public void NormalizeBatch(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor? residual, Tensor y, bool relu) =>
        Normalize(x, weight, bias, statistics, residual, y, Dims(x), relu);

    public void BatchNormInputGradient(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Tensor sums, Gradient dx, bool relu)
    {
        if (!dx.IsNeeded) return;
        ChannelDims d = Dims(x);
        BatchNormKernels.LaunchInputGradient(
            driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
            dy.Floats(), sums.Floats(), dx.Target.Floats(), d, 0, relu ? 1 : 0, dx.Adds());
    }

    public void FrozenBatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float epsilon, bool relu)
    {
        ChannelDims d = Dims(x);
        BatchNormKernels.LaunchFrozenStatistics(
            driver, d.Channels, runningMean.Floats(), runningVariance.Floats(), statistics.Floats(), d.Channels,
            epsilon);
        Normalize(x, weight, bias, statistics, residual, y, d, relu);
    }

    public void BatchNormBackward(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool frozen, bool relu)
    {
        ChannelDims d = Dims(x);
        if (!frozen && dx.IsNeeded && TakesWholeChannels(d))
        {
            BackwardWhole(x, weight, bias, statistics, dy, dx, dweight, dbias, d, relu ? 1 : 0);
            return;
        }
        (int parts, int each) = plan.SumsByItem ? (1, d.Count) : PartsOf(d);
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, 2L * parts * d.Channels);
        if (!frozen || dweight.IsNeeded || dbias.IsNeeded)
        {
            if (plan.SumsByItem)
                BatchNormKernels.LaunchGradientSumsByItem(
                    driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(), dy.Floats(),
                    sums, d, relu ? 1 : 0);
            else
                BatchNormKernels.LaunchGradientSums(
                    driver, (d.Channels, parts), x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
                    dy.Floats(), sums, d, each, relu ? 1 : 0);
            BatchNormKernels.LaunchFinishGradients(
                driver, d.Channels, sums, Target(dweight, sums), Target(dbias, sums), d.Channels, parts, Flag(dweight),
                Flag(dbias));
        }
        if (dx.IsNeeded)
            BatchNormKernels.LaunchInputGradient(
                driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
                dy.Floats(), sums,
                dx.Target.Floats(), d, frozen ? 1 : 0, relu ? 1 : 0, dx.Adds());
    }

    void BackwardWhole(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Gradient dx, Gradient dweight,
        Gradient dbias, ChannelDims d, int relu)
    {
        DeviceView<float> to = dx.Target!.Floats();
        if (plan.SumsByItem)
            BatchNormKernels.LaunchGradientsWholeByItem(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(), dy.Floats(),
                Target(dweight, to), Target(dbias, to), to, d, relu, Flag(dweight), Flag(dbias), dx.Adds());
        else
            BatchNormKernels.LaunchGradientsWhole(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(), dy.Floats(),
                Target(dweight, to), Target(dbias, to), to, d, relu, Flag(dweight), Flag(dbias), dx.Adds());
    }

    public void LocalResponseNorm(Tensor x, Tensor y, int size, float alpha, float beta, float k)
    {
        ResponseNormDims d = Window(x, size, alpha, beta, k);
        DeviceView<float> responses = Responses(x, d);
        ResponseNormKernels.LaunchForward(
            driver, (x.Items() + d.Each - 1) / d.Each, x.Floats(), responses, y.Floats(), d, x.Items());
    }

    public void LocalResponseNormBackward(Tensor x, Tensor dy, Gradient dx, int size, float alpha, float beta, float k)
    {
        if (!dx.IsNeeded) return;
        ResponseNormDims d = Window(x, size, alpha, beta, k);
        DeviceView<float> responses = Responses(x, d);
        ResponseNormKernels.LaunchBackward(
            driver, Planes(x) * d.Blocks, x.Floats(), responses, dy.Floats(), dx.Target.Floats(), d, dx.Adds());
    }

    DeviceView<float> Responses(Tensor x, ResponseNormDims d)
    {
        DeviceView<float> responses = scratch.Take(ScratchUse.Map, x.Count);
        ResponseNormKernels.LaunchResponses(driver, Planes(x) * d.Blocks, x.Floats(), responses, d);
        return responses;
    }

    static int Planes(Tensor x) => x.Shape[0] * x.Shape[1];

    public void L2Normalize(Tensor x, Tensor y, Tensor norms, float epsilon) =>
        UnitRowKernels.LaunchForward(driver, x.Shape[0], x.Floats(), y.Floats(), norms.Floats(), x.Shape[1], epsilon);

    public void L2NormalizeBackward(Tensor y, Tensor norms, Tensor dy, Gradient dx, float epsilon)
    {
        if (dx.IsNeeded)
            UnitRowKernels.LaunchBackward(
                driver, y.Shape[0], y.Floats(), norms.Floats(), dy.Floats(), dx.Target.Floats(), y.Shape[1], epsilon,
                dx.Adds());
    }

    void Describe(
        Tensor x, DeviceView<float> mean, DeviceView<float> variance, Tensor statistics, float momentum, float epsilon)
    {
        ChannelDims d = Dims(x);
        DeviceView<float> input = x.Floats(), described = statistics.Floats();
        if (plan.SumsByItem)
            BatchNormKernels.LaunchStatisticsByItem(
                driver, d.Channels, input, mean, variance, described, d, momentum,
                epsilon);
        else
        {
            (int parts, int each) = PartsOf(d);
            DeviceView<float> sums = parts == 1 ? described : scratch.Take(ScratchUse.Sums, 3L * parts * d.Channels);
            BatchNormKernels.LaunchStatistics(
                driver, (d.Channels, parts), input, mean, variance, described, sums, d,
                each, momentum, epsilon);
            if (parts > 1)
                BatchNormKernels.LaunchFinishStatistics(
                    driver, d.Channels, sums, mean, variance, described, d, parts,
                    momentum, epsilon);
        }
    }

    void Normalize(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor? residual, Tensor y, ChannelDims d, bool relu)
    {
        if (residual is null)
            BatchNormKernels.LaunchNormalize(
                driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
                y.Floats(), d, relu ? 1 : 0);
        else
            BatchNormKernels.LaunchNormalizeAdded(
                driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
                residual.Floats(), y.Floats(), d, relu ? 1 : 0);
    }

    /// <summary>Whether the channels alone fill the device, so that none is shared out.</summary>
    bool TakesWholeChannels(ChannelDims d) =>
        plan.SumsByItem ? plan.ItemsFill(d.Channels) : PartsOf(d).Parts == 1;

    /// <summary>Groups that share a channel, and the elements that each sums.</summary>
    (int Parts, int Each) PartsOf(ChannelDims d)
    {
        int each = Math.Max(1, KernelSize.Groups(d.Count, plan.ChannelParts(d.Channels, d.Count)));
        return (Math.Max(1, KernelSize.Groups(d.Count, each)), each);
    }

    static DeviceView<float> Target(Gradient gradient, DeviceView<float> otherwise) =>
        gradient.IsNeeded ? gradient.Target.Floats() : otherwise;

    static int Flag(Gradient gradient) => !gradient.IsNeeded ? 0 : 1 + gradient.Adds();

    ChannelDims Dims(Tensor x) =>
        ChannelDims.Of(x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank), plan.ElementsEach);

    ResponseNormDims Window(Tensor x, int size, float alpha, float beta, float k) =>
        new(x.Shape[1], x.Shape.Product(2, x.Shape.Rank), size, alpha, beta, k, plan.ElementsEach);
}
