using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Book.Steps;

/// <summary>
/// The first step of <c>mnist-small</c> on the CPU, with everything that a step usually keeps to itself: what lies
/// between the layers, distances, the mined triplets, the gradient on its way back, the optimizer's averages. The step
/// itself is the trainer's; what lies between is computed once more by the same operations.
/// </summary>
sealed class WalkedStep
{
    readonly List<NamedValue> values = [];
    readonly Device device = new("cpu", new CpuBackend());
    readonly EmbeddingNetwork network;
    readonly Dictionary<string, float[]> before = [];

    WalkedStep(RunConfig config, StepBatch batch)
    {
        network = NetworkFactory.Create(config, device);
        network.Initialize(config.Train.Seed);
        Parameters("", p => p.Value.ToArray(), "before the step");
        foreach (Parameter p in network.Parameters()) before[p.Name] = p.Value.ToArray();
        Add("pixels", [StepBatch.Size, 1, StepBatch.Edge, StepBatch.Edge], "the images, from 0 to 1", batch.Pixels());
        Add("labels", [StepBatch.Size], "their digits", Array.ConvertAll(batch.Labels, l => (float)l));
        Forward(batch);
        Train(config, batch);
        Back();
    }

    /// <summary>All values, in the order in which a step comes to them.</summary>
    public IReadOnlyList<NamedValue> Values => values;

    /// <summary>Takes the step.</summary>
    public static WalkedStep Run()
    {
        WalkedStep step = new(ConfigReader.Read("mnist-small", []), StepBatch.Read());
        step.network.Release();
        step.device.Dispose();
        return step;
    }

    /// <summary>A value by its name.</summary>
    public NamedValue this[string name] => values.First(v => v.Name == name);

    void Forward(StepBatch batch)
    {
        using Step step = device.BeginStep(record: false);
        Tensor images = device.Tensor(new Shape(StepBatch.Size, 1, StepBatch.Edge, StepBatch.Edge), batch.Pixels());
        images = network.Scaling?.Apply(images) ?? images;
        ((CpuBackend)device.Backend).UseWinograd = false; // the fused operation's sums, in its order
        Tensor weight = Weight("conv1.weight"), bias = Weight("conv1.bias");
        // The bias last, as the fused operation takes it.
        Tensor map = images.Conv2d(weight).Add(bias.Reshape(1, bias.Shape[0], 1, 1));
        Add("conv1.map", map, "the first convolution, which the step never writes to memory");
        Tensor low = images.Conv2dReluMaxPool(weight, bias);
        Add("conv1.y", low, "the first layer: convolution, ReLU and 2 x 2 pooling");
        Tensor high = low.Conv2dReluMaxPool(Weight("conv2.weight"), Weight("conv2.bias"));
        Add("conv2.y", high, "the second layer");
        Tensor raw = high.Flatten().Linear(Weight("linear.weight"), Weight("linear.bias"));
        Add("linear.y", raw, "the dense layer's outputs");
        Tensor points = raw.L2Normalize();
        Add("embedding", points, "the embeddings: rows of length 1");
        float[] e = points.ToArray();
        int n = points.Shape[0], d = points.Shape[1];
        float[] norms = new float[n], distances = new float[n * n], x = raw.ToArray();
        for (int i = 0; i < n; i++)
        {
            double square = 0;
            for (int k = 0; k < d; k++) square += (double)x[i * d + k] * x[i * d + k];
            norms[i] = (float)Math.Sqrt(square);
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k < d; k++)
                {
                    double difference = (double)e[i * d + k] - e[j * d + k];
                    sum += difference * difference;
                }
                distances[i * n + j] = (float)sum;
            }
        }
        Add("norm", [n], "the lengths of linear.y's rows", norms);
        Add("distance", [n, n], "squared distances of the embeddings, summed in double", distances);
    }

    /// <summary>As <see cref="TrainingStep"/> does.</summary>
    void Train(RunConfig config, StepBatch batch)
    {
        Optimizer optimizer = OptimizerFactory.Create(config.Optimizer, network.Parameters());
        float rate = OptimizerFactory.Create(config.Schedule, config.Optimizer.LearningRate, totalSteps: 1).Rate(0);
        ((CpuBackend)device.Backend).UseWinograd = true;
        network.SetStep(1);
        using (Step step = device.BeginStep())
        {
            Tensor labels = device.Tensor(new Shape(StepBatch.Size), batch.Labels);
            Tensor images = device.Tensor(new Shape(StepBatch.Size, 1, StepBatch.Edge, StepBatch.Edge), batch.Pixels());
            TripletSettings mining = LossSettings.From(config.Loss, config.Train.Seed) with { Draw = 1 };
            Tensor loss = network.Forward(images).TripletLoss(batch.Labels, labels, mining, out TripletTable mined);
            Add(
                "triplets", mined.Triplets.Shape.ToArray(), "anchor, positive, negative",
                ToFloats(mined.Triplets.ToIntArray()));
            Add("losses", mined.Losses, "each triplet's loss");
            Add("loss", [], "their mean, the loss of the step", [loss.ToScalar()]);
            Add("margin", [], "how much farther a negative should be", [mining.Margin]);
            step.Backward(loss);
            Parameters("d.", p => step.Gradients[p.Value].ToArray(), "in the loss: its gradient");
            optimizer.Update(step.Gradients, rate, loss);
        }
        Add("rate", [], "the learning rate", [rate]);
        foreach (ParameterState state in optimizer.States)
            foreach ((string name, Tensor tensor) in state.Tensors)
                Add($"{name}.{state.Parameter.Name}", tensor, $"what Adam keeps: the average of {Kept(name)}");
        Parameters("after.", p => p.Value.ToArray(), "after the step");
        optimizer.Release();
    }

    static string Kept(string name) => name == "mean" ? "gradients" : "squared gradients";

    /// <summary>The gradient between the layers, each from the one behind it, with the weights of before.</summary>
    void Back()
    {
        foreach (Parameter p in network.Parameters()) p.Value.CopyFrom(before[p.Name]);
        Gradient("embedding", x => x.TripletLoss(
            Array.ConvertAll(this["labels"].Numbers, l => (int)l),
            LossSettings.From(ConfigReader.Read("mnist-small", []).Loss, 1) with { Draw = 1 }), [1f]);
        Gradient("linear.y", x => x.L2Normalize(), this["d.embedding"].Numbers);
        Gradient(
            "conv2.y", x => x.Flatten().Linear(Weight("linear.weight"), Weight("linear.bias")),
            this["d.linear.y"].Numbers);
        Gradient(
            "conv1.y", x => x.Conv2dReluMaxPool(Weight("conv2.weight"), Weight("conv2.bias")),
            this["d.conv2.y"].Numbers);
    }

    void Gradient(string of, Func<Tensor, Tensor> operation, float[] dy)
    {
        NamedValue value = this[of];
        using Step step = device.BeginStep();
        Tensor x = device.Tensor(new Shape(value.Shape), value.Numbers);
        x.RequiresGradient = true;
        Tensor y = operation(x);
        step.Backward(y, device.Tensor(y.Shape, dy));
        Add($"d.{of}", step.Gradients[x], $"the loss's gradient at {of}");
    }

    Tensor Weight(string name) => network.Parameters().First(p => p.Name == name).Value;

    void Parameters(string prefix, Func<Parameter, float[]> read, string when)
    {
        foreach (Parameter p in network.Parameters())
            Add(prefix + p.Name, p.Value.Shape.ToArray(), $"{p.Name} {when}", read(p));
    }

    void Add(string name, Tensor tensor, string what) => Add(name, tensor.Shape.ToArray(), what, tensor.ToArray());

    void Add(string name, int[] shape, string what, float[] numbers) => values.Add(new(name, shape, what, numbers));

    static float[] ToFloats(int[] numbers) => Array.ConvertAll(numbers, n => (float)n);
}
