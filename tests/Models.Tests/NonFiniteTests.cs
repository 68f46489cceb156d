using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Networks;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests;

/// <summary>
/// NaN or infinity behind each operation of a training step, forwards and backwards, and in each parameter: the loss or
/// the update says so, and weights, kept values and step counts stay as they were.
/// </summary>
[TestFixture("cpu-avx2")]
[TestFixture("cpu-portable")]
[TestFixture("opencl")]
public sealed class NonFiniteTests(string device) : DeviceFixture(device)
{
    // Of the hundreds of operations of NN2; TRIPLET_MUTATIONS asks for all.
    static readonly int everyOfMany = Mutations.Count(0) > 0 ? 1 : 7;

    static readonly int[] labels = [0, 0, 0, 1, 1, 1, 2, 2];

    /// <summary>
    /// Where a value is put: behind the forward pass of the k-th operation, or behind its backward pass.
    /// </summary>
    public enum Place { Activation, Gradient }

    [Test]
    public void InAnOperation_IsCaughtInTheSameStep(
        [Values] bool isInception, [Values] Place place, [Values(float.NaN, float.PositiveInfinity)] float value)
    {
        using Training training = new(Device, isInception);
        training.Step(null);
        float[][] before = training.State();
        int caught = 0;
        for (int k = 0; ; k += isInception ? everyOfMany : 1)
        {
            Injection injection = new(Device, place, k, value);
            bool isCaught = training.Step(injection);
            if (!injection.IsDone) break;
            // ReLU makes minus infinity 0, and pixels that win no window take no part: then nothing is wrong.
            if (float.IsNaN(value)) Assert.That(isCaught, $"{place} {k}: {injection.Where}");
            if (isCaught) caught++;
            if (isCaught) Assert.That(training.State(), Is.EqualTo(before), $"{place} {k}: {injection.Where}");
            else Assert.That(training.State(), Has.All.All.Matches<float>(float.IsFinite), injection.Where);
            training.Restore(before);
        }
        Assert.That(caught, Is.GreaterThan(4));
    }

    [Test]
    public void InAParameter_IsCaughtInTheSameStep([Values] bool isInception)
    {
        using Training training = new(Device, isInception);
        foreach (Parameter parameter in training.Network.Parameters())
        {
            float[] values = parameter.Value.ToArray(), broken = [.. values];
            broken[^1] = float.NaN;
            parameter.Value.CopyFrom(broken);
            float[][] before = training.State();
            Assert.That(training.Step(null), parameter.Name);
            // In training a batch norm does not read its statistics; they stay NaN, or become it.
            if (!parameter.IsStatistic) Assert.That(training.State(), Is.EqualTo(before), parameter.Name);
            foreach (Parameter statistic in training.Network.Parameters().Where(p => p.IsStatistic))
                statistic.Value.CopyFrom(Enumerable.Repeat(1f, (int)statistic.Value.Count).ToArray());
            parameter.Value.CopyFrom(values);
        }
        Assert.That(training.Step(null), Is.False, "and then it trains");
    }

    /// <summary>A network, its optimizer and a batch.</summary>
    sealed class Training : IDisposable
    {
        readonly Device device;
        readonly Adam optimizer;
        readonly float[] pixels;

        public Training(Device device, bool isInception)
        {
            this.device = device;
            Shape image = new(1, 28, 28);
            Network = isInception
                ? new Nn2(device, new Nn2Settings { Input = image, Embedding = 8, Width = 4, StemStride = 1 })
                : new SmallCnn(device, image, embedding: 8);
            Network.Initialize(seed: 3);
            optimizer = new Adam(Network.Parameters());
            pixels = Values.ToSingle(Values.Normal(labels.Length * (int)image.Count, new Random(1)));
        }

        public EmbeddingNetwork Network { get; }

        /// <summary>One step; whether the loss or the update is refused.</summary>
        public bool Step(Injection? injection)
        {
            Network.SetStep(1);
            using Step step = device.BeginStep();
            Tensor x = device.Tensor(new Shape(labels.Length, 1, 28, 28), pixels);
            device.Observer = injection;
            try
            {
                Tensor loss = Network.Forward(x).TripletLoss(labels, new TripletSettings { Margin = 0.2f });
                if (!float.IsFinite(loss.ToScalar())) return true;
                step.Backward(loss);
            }
            finally
            {
                device.Observer = null;
            }
            optimizer.Update(step.Gradients, 0.01f);
            NonFiniteUpdate? found = optimizer.FindNonFinite();
            Assert.That(found is null || found.IsRefused, found?.Reason);
            return found is not null;
        }

        /// <summary>Weights, kept values and step counts.</summary>
        public float[][] State() =>
        [
            .. Tensors().Select(tensor => tensor.ToArray()), [.. optimizer.States.Select(state => (float)state.Step)],
        ];

        public void Restore(float[][] state)
        {
            foreach ((Tensor tensor, float[] values) in Tensors().Zip(state)) tensor.CopyFrom(values);
            foreach ((ParameterState to, float number) in optimizer.States.Zip(state[^1])) to.Step = (long)number;
            // The forward pass of a refused step has changed running statistics.
            foreach (Parameter statistic in Network.Parameters().Where(p => p.IsStatistic))
                statistic.Value.CopyFrom(Enumerable.Repeat(1f, (int)statistic.Value.Count).ToArray());
        }

        public void Dispose()
        {
            optimizer.Release();
            Network.Release();
        }

        IEnumerable<Tensor> Tensors() => optimizer.States.SelectMany(
            state => state.Tensors.Select(kept => kept.Value).Prepend(state.Parameter.Value));
    }

    /// <summary>
    /// Puts a value into the result of the k-th operation, or into each gradient that its backward pass gave.
    /// </summary>
    sealed class Injection(Device device, Place place, int k, float value) : IOpObserver
    {
        int count;

        public bool IsDone { get; private set; }

        public string Where { get; private set; } = "";

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            if (place != Place.Activation || count++ != k) return;
            (IsDone, Where) = (true, op.Name);
            float[] values = y.ToArray();
            values[values.Length / 2] = value;
            y.CopyFrom(values);
        }

        public void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            if (place != Place.Gradient || count++ != k) return;
            (IsDone, Where) = (true, op.Name);
            // All elements: one alone may belong to a pixel that won no window.
            foreach (Tensor input in x)
                if (device.CurrentStep!.Gradients.Find(input) is { } gradient)
                    device.Backend.Memory.Fill(gradient, value);
        }
    }
}
