using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Bench;

/// <summary>Semi-hard mining with loss and gradient, 40 embeddings of 128 a class, as FaceNet's batches are.</summary>
sealed class MiningPass : IBenchPass
{
    /// <summary>Embeddings a class, and their width.</summary>
    public const int PerClass = 40, Width = 128;

    readonly Device device;
    readonly Step outer;
    readonly Tensor embeddings;
    readonly int[] labels;

    /// <param name="device">Where the embeddings lie.</param>
    /// <param name="n">How many there are.</param>
    public MiningPass(Device device, int n)
    {
        this.device = device;
        outer = device.BeginStep(record: false);
        float[] values = new float[n * Width];
        Philox random = new(seed: 1);
        for (int i = 0; i < values.Length; i++) values[i] = random.NextNormal();
        labels = [.. Enumerable.Range(0, n).Select(i => i / PerClass)];
        embeddings = device.Tensor(new Shape(n, Width), values).L2Normalize();
        embeddings.RequiresGradient = true;
    }

    /// <inheritdoc/>
    public void Run()
    {
        using Step step = device.BeginStep();
        step.Backward(embeddings.TripletLoss(labels, new TripletSettings()));
    }

    /// <inheritdoc/>
    public void Dispose() => outer.Dispose();
}
