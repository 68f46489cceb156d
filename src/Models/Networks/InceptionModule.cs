using TripletGpu.MetricLearning;
using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;
using PoolingWindow = TripletGpu.Ops.PoolingWindow;

namespace TripletGpu.Models.Networks;

/// <summary>
/// One inception module (Szegedy et al. 2014): up to four branches on the same input, side by side along the channels.
/// The order of branches and parameters is that of the paper's table: 1x1, 3x3, 5x5, pool.
/// </summary>
public sealed class InceptionModule : Module
{
    readonly ConvolutionUnit? one, threeReduce, three, fiveReduce, five, projection;
    readonly Module pool;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="inputChannels">C.</param>
    /// <param name="row">The module's row of the table.</param>
    /// <param name="pooling">Whether branches that the table marks L2 really pool so, or take the maximum.</param>
    /// <param name="batchNorm">Whether batch norm follows each convolution.</param>
    /// <param name="bias">Whether convolutions have biases.</param>
    public InceptionModule(
        Device device, int inputChannels, InceptionRow row, Pooling pooling, bool batchNorm, bool bias)
        : base(device)
    {
        one = Unit("branch1x1", inputChannels, row.One, 1, 1);
        threeReduce = Unit("branch3x3.reduce", inputChannels, row.ThreeReduce, 1, 1);
        three = Unit("branch3x3.conv", row.ThreeReduce, row.Three, 3, row.Stride);
        fiveReduce = Unit("branch5x5.reduce", inputChannels, row.FiveReduce, 1, 1);
        five = Unit("branch5x5.conv", row.FiveReduce, row.Five, 5, row.Stride);
        PoolingWindow window = PoolingWindow.Square(3, row.Stride, padding: 1);
        pool = Add("pool", row.Pooling == Pooling.L2 && pooling == Pooling.L2
            ? (Module)new L2Pool2d(device, window)
            : new MaxPool2d(device, window));
        projection = Unit("projection", inputChannels, row.Projection, 1, 1);
        // A branch of two convolutions is there with both, however narrow the network is.
        if (threeReduce is null || three is null) threeReduce = three = null;
        if (fiveReduce is null || five is null) fiveReduce = five = null;

        ConvolutionUnit? Unit(string name, int from, int to, int kernel, int stride) =>
            to == 0 ? null : Add(name, new ConvolutionUnit(device, from, to, kernel, stride, batchNorm, bias));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        // What others read, then what is joined: two rounds of batch norms, each of which ranks wait for once.
        ConvolutionUnit[] first = Present(threeReduce, fiveReduce), second = Present(one, three, five, projection);
        Tensor[] between = ConvolutionUnit.Forward(first, [.. first.Select(_ => x)]);
        Tensor pooled = pool.Forward(x);
        List<Tensor> read = one is null ? [.. between] : [x, .. between];
        if (projection is not null) read.Add(pooled);
        Tensor y = ConvolutionUnit.Join(second, [.. read], projection is null ? [pooled] : []);
        foreach (Tensor tensor in between) Device.CurrentStep!.Discard(tensor);
        Device.CurrentStep!.Discard(pooled);
        return y;
    }

    static ConvolutionUnit[] Present(params ReadOnlySpan<ConvolutionUnit?> units)
    {
        List<ConvolutionUnit> present = [];
        foreach (ConvolutionUnit? unit in units)
            if (unit is not null) present.Add(unit);
        return [.. present];
    }
}
