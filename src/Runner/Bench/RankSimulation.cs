using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Training;
using BatchNorm = TripletGpu.Modules.BatchNorm;

namespace TripletGpu.Runner.Bench;

/// <summary>What is simulated.</summary>
sealed record SimulationPlan
{
    /// <summary>Presets, configs, runs or kinds of models.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["mnist-small", "mnist-nn2"];

    /// <summary>How many processes, each in turn; the first is 1.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>Images of all ranks together; null: the config's for each rank.</summary>
    public int? Batch { get; init; }

    /// <summary>Bytes a second of a rank.</summary>
    public required double Bandwidth { get; init; }

    /// <summary>Seconds a message.</summary>
    public required double Latency { get; init; }
}

/// <summary>
/// What a step would take with many ranks: what a rank computes is measured on this device, what it waits for is the
/// cost model of docs/machines.md.
/// </summary>
sealed class RankSimulation(Device device, SimulationPlan plan)
{
    const int PerClass = 4, OtherBatch = 32, WarmUps = 2, Calls = 5;
    const double MeasuredSeconds = 0.5;

    /// <summary>What the figures rest on, a line each.</summary>
    public IReadOnlyList<string> Assumptions =>
    [
        FormattableString.Invariant(
            $"every rank computes as this device does, measured now: {device.Name}; none is slower than the others"),
        FormattableString.Invariant(
            $"a rank sends {plan.Bandwidth / 1e9:0.###} GB/s and receives as much at once, whatever the others do"),
        FormattableString.Invariant(
            $"a message takes {plan.Latency * 1e6:0.###} us, and those of an exchange leave one after the other"),
        "gradients leave in buckets of 4 MB while the backward pass runs; embeddings and batch norms are waited for",
        "images are read in time, and nothing is evaluated or saved",
        plan.Batch is { } batch
            ? FormattableString.Invariant($"a batch of {Counted.Of(batch, "image")} is shared by all ranks")
            : "each rank has a batch of the config's size: the whole batch grows with the ranks",
    ];

    /// <summary>Every network with every number of ranks.</summary>
    /// <exception cref="UserErrorException">
    /// There is no such model, or its batch has fewer images than ranks.
    /// </exception>
    public IEnumerable<SimulatedStep> Run()
    {
        foreach (string model in plan.Models)
        {
            RunConfig config = NamedModel.Config(model, []);
            EmbeddingNetwork network = NetworkFactory.Create(config.Model, seed: 1, device);
            if (config.Model.Kind != ModelKind.Onnx) network.Initialize(seed: 1);
            int each = config.Sampler.Batch ?? OtherBatch;
            double? one = null;
            (int Rows, StepCosts? Costs) measured = default;
            foreach (int ranks in plan.Ranks)
            {
                int batch = plan.Batch ?? ranks * each, rows = (batch + ranks - 1) / ranks;
                if (batch < ranks)
                    throw new UserErrorException(
                        $"a batch of {Counted.Of(batch, "image")} cannot be shared by {Counted.Of(ranks, "rank")}:"
                        + " take fewer ranks or a larger --batch");
                if (measured.Rows != rows) measured = (rows, MeasureNetwork(network, rows));
                StepCosts costs = measured.Costs! with { Mining = MeasureMining(network, rows, batch) };
                (double embeddings, double norms, double gradients) = costs.Bytes(ranks, batch);
                SimulatedStep step = new(
                    model, ranks, batch, costs.Compute, costs.Mining,
                    costs.Waiting(ranks, batch, plan.Bandwidth, plan.Latency), embeddings + norms + gradients, 1);
                one ??= step.ImagesPerSecond;
                yield return step with { Speedup = step.ImagesPerSecond / one.Value };
            }
            network.Release();
        }
    }

    StepCosts MeasureNetwork(EmbeddingNetwork network, int rows)
    {
        network.Train(true);
        Shape shape = new([rows, .. network.ImageShape.ToArray()]);
        float[] pixels = Draw((int)shape.Count), slopes = Draw(rows * network.Dimension);
        Sgd optimizer = new(network.Parameters(), momentum: 0.9f);
        double[] times = Medians(3, marks =>
        {
            using Step step = device.BeginStep();
            Tensor embeddings = network.Forward(device.Tensor(shape, pixels));
            marks[0] = Now();
            step.Backward(embeddings, device.Tensor(embeddings.Shape, slopes));
            marks[1] = Now();
            optimizer.Update(step.Gradients, learningRate: 0);
            marks[2] = Now();
        });
        optimizer.Release();
        BatchNorm[] norms = [.. BatchNorms.Of(network).Where(norm => !norm.IsFrozen)];
        return new StepCosts(
            times[0], times[1], Mining: 0, times[2],
            network.Parameters().Where(p => p.IsTrainable).Sum(p => p.Value.Count), network.Dimension,
            BatchNorms.Exchanges(network), norms.Sum(norm => norm.RunningMean.Value.Count));
    }

    /// <summary>Loss and gradient of so many anchors against the whole batch.</summary>
    double MeasureMining(EmbeddingNetwork network, int anchors, int batch)
    {
        float[] values = Draw(batch * network.Dimension);
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i / PerClass)];
        TripletSettings settings = new() { Anchors = new AnchorRange(0, anchors), Reduction = TripletReduction.Sum };
        return Medians(1, marks =>
        {
            using Step step = device.BeginStep();
            Tensor all = device.Tensor(new Shape(batch, network.Dimension), values);
            all.RequiresGradient = true;
            step.Backward(all.L2Normalize().TripletLoss(labels, settings));
            marks[0] = Now();
        })[0];
    }

    /// <summary>The median times from each mark to the next, warm.</summary>
    static double[] Medians(int count, Action<long[]> call)
    {
        List<double>[] times = [.. Enumerable.Range(0, count).Select(_ => new List<double>())];
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUps + Calls || Stopwatch.GetElapsedTime(began).TotalSeconds < MeasuredSeconds; i++)
        {
            long[] marks = new long[count];
            long before = Stopwatch.GetTimestamp();
            call(marks);
            for (int k = 0; k < count && i >= WarmUps; before = marks[k++])
                times[k].Add(Stopwatch.GetElapsedTime(before, marks[k]).TotalSeconds);
        }
        return Array.ConvertAll(times, list => list.Order().ElementAt(list.Count / 2));
    }

    long Now()
    {
        device.Synchronize();
        return Stopwatch.GetTimestamp();
    }

    static float[] Draw(int count)
    {
        float[] values = new float[count];
        Philox random = new(seed: 1);
        for (int i = 0; i < count; i++) values[i] = random.NextSingle();
        return values;
    }
}
