using TripletGpu.MetricLearning;
using TripletGpu.Modules;
using TripletGpu.Ops;
using L2Pool2d = TripletGpu.Modules.L2Pool2d;
using MaxPool2d = TripletGpu.Modules.MaxPool2d;

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

        ConvolutionUnit? Unit(string name, int from, int to, int kernel, int stride) =>
            to == 0 ? null : Add(name, new ConvolutionUnit(device, from, to, kernel, stride, batchNorm, bias));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        List<Tensor> branches = [];
        if (one is not null) branches.Add(one.Forward(x));
        AddBranch(threeReduce, three);
        AddBranch(fiveReduce, five);
        Tensor pooled = pool.Forward(x);
        branches.Add(projection is null ? pooled : Then(projection, pooled));
        Tensor y = TensorOps.Concat(1, [.. branches]);
        foreach (Tensor branch in branches) Device.CurrentStep!.Discard(branch);
        return y;

        void AddBranch(ConvolutionUnit? reduce, ConvolutionUnit? convolution)
        {
            if (reduce is not null && convolution is not null) branches.Add(Then(convolution, reduce.Forward(x)));
        }
    }

    Tensor Then(ConvolutionUnit unit, Tensor x)
    {
        Tensor y = unit.Forward(x);
        Device.CurrentStep!.Discard(x);
        return y;
    }
}
