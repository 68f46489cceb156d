using System.Text.Json;
using TripletGpu.Autograd;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Optimizers;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class OptimizerTests(string device) : DeviceFixture(device)
{
    sealed record Golden(float Rate, float[] Start, float[][] Gradients, Dictionary<string, double[]> Weights);

    static readonly Golden File = JsonSerializer.Deserialize<Golden>(
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "optimizers.json")),
        JsonSerializerOptions.Web)!;

    static readonly Dictionary<string, Func<IReadOnlyList<Parameter>, Optimizer>> Optimizers = new()
    {
        ["sgd"] = p => new Sgd(p),
        ["sgd weight decay"] = p => new Sgd(p, weightDecay: 0.1f),
        ["momentum"] = p => new Sgd(p, momentum: 0.9f, weightDecay: 0.01f),
        ["nesterov"] = p => new Sgd(p, momentum: 0.9f, nesterov: true, weightDecay: 0.01f),
        ["adam"] = p => new Adam(p),
        ["adam settings"] = p => new Adam(p, 0.8, 0.95, 1e-3f, weightDecay: 0.1f),
        ["adagrad"] = p => new AdaGrad(p),
        ["adagrad initial"] = p => new AdaGrad(p, initialSum: 0.1f, weightDecay: 0.1f),
        ["rmsprop"] = p => new RmsProp(p),
        ["rmsprop momentum"] = p => new RmsProp(p, alpha: 0.9, momentum: 0.5f, weightDecay: 0.1f),
    };

    static IEnumerable<string> Names => Optimizers.Keys;

    [TestCaseSource(nameof(Names))]
    public void Update_TenTimes_GivesPyTorchsWeights(string name)
    {
        Weights network = new(Device, File.Start.Length);
        network.First.Value.CopyFrom(File.Start);
        Optimizer optimizer = Optimizers[name](network.Parameters());
        foreach (float[] gradient in File.Gradients) Update(optimizer, gradient, network.First);
        Close.AreClose(File.Weights[name], network.First.Value.ToArray(), Tolerance.Transcendental, name);
        network.Release();
        optimizer.Release();
    }

    [TestCaseSource(nameof(Names))]
    public void Update_OfManyElements_IsTheSameForEachAlone(string name)
    {
        // More than stays on one thread: every block of one golden array must come out alike.
        const int copies = 2001;
        Weights network = new(Device, File.Start.Length * copies);
        network.First.Value.CopyFrom([.. Enumerable.Repeat(File.Start, copies).SelectMany(v => v)]);
        Optimizer optimizer = Optimizers[name](network.Parameters());
        float[] gradient = [.. Enumerable.Repeat(File.Gradients[0], copies).SelectMany(v => v)];
        Update(optimizer, gradient, network.First);
        float[] weights = network.First.Value.ToArray();
        for (int i = File.Start.Length; i < weights.Length; i++)
            if (weights[i] != weights[i % File.Start.Length]) Assert.Fail($"element {i} differs from its copy");
        network.Release();
        optimizer.Release();
    }

    [Test]
    public void Update_SkipsParametersWithoutGradient()
    {
        Weights network = new(Device, 3);
        network.Initialize(1);
        Adam optimizer = new(network.Parameters());
        float[] before = network.Second.Value.ToArray();
        Update(optimizer, [1, 2, 3], network.First);
        Assert.That(network.Second.Value.ToArray(), Is.EqualTo(before));
        Assert.That(optimizer.States.Select(s => s.Step), Is.EqualTo(new[] { 1, 0 }));
    }

    [Test]
    public void Groups_HaveTheirOwnRateAndDecay()
    {
        Weights network = new(Device, 1);
        network.First.Value.CopyFrom([10f]);
        network.Second.Value.CopyFrom([10f]);
        Sgd optimizer = new(network.Parameters(), weightDecay: 0.5f, groups: [new("sec*", 0.1f, 0)]);
        Update(optimizer, [2], network.First, network.Second);
        Assert.That(network.First.Value.ToScalar(), Is.EqualTo(10 - (float)File.Rate * (2 + 5)).Within(1).Ulps);
        Assert.That(network.Second.Value.ToScalar(), Is.EqualTo(10 - (float)File.Rate * 0.1f * 2).Within(1).Ulps);
    }

    [Test]
    public void Groups_ThatMatchNothing_AreAnErrorThatNamesThem()
    {
        Weights network = new(Device, 1);
        Assert.That(() => new Sgd(network.Parameters(), groups: [new("layer1.*")]),
            Throws.ArgumentException.With.Message.Contains("\"layer1.*\""));
    }

    [Test]
    public void FrozenParameters_AreLeftOut()
    {
        Weights network = new(Device, 2);
        network.Second.IsTrainable = false;
        Assert.That(
            new Adam(network.Parameters()).States.Select(s => s.Parameter), Is.EqualTo(new[] { network.First }));
    }

    [Test]
    public void Restored_StepAndTensors_ContinueExactly()
    {
        Weights network = new(Device, 3), other = new(Device, 3);
        network.Initialize(1);
        Adam optimizer = new(network.Parameters()), restored = new(other.Parameters());
        Update(optimizer, [1, -2, 3], network.First);
        other.First.Value.CopyFrom(network.First.Value.ToArray());
        for (int i = 0; i < optimizer.States.Count; i++)
        {
            restored.States[i].Step = optimizer.States[i].Step;
            for (int j = 0; j < 2; j++)
                restored.States[i].Tensors[j].Value.CopyFrom(optimizer.States[i].Tensors[j].Value.ToArray());
        }
        Update(optimizer, [2, 2, 2], network.First);
        Update(restored, [2, 2, 2], other.First);
        Assert.That(other.First.Value.ToArray(), Is.EqualTo(network.First.Value.ToArray()));
    }

    [Test]
    public void Update_WithAGradientThatIsNotFinite_ChangesNothing_AndNamesIt(
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float value,
        [Values(1, 3, 70_001)] int count, [ValueSource(nameof(Names))] string name)
    {
        if (count > 3 && name != "adam") return; // one rule is enough for blocks of many threads
        Weights network = new(Device, count);
        network.Initialize(1);
        Optimizer optimizer = Optimizers[name](network.Parameters());
        float[] gradient = new float[count];
        Update(optimizer, gradient, network.First, network.Second);
        Assert.That(optimizer.FindNonFinite(), Is.Null);
        float[][] before = State(network, optimizer);
        gradient[^1] = value;
        Update(optimizer, gradient, network.First);
        NonFiniteUpdate? found = optimizer.FindNonFinite();
        Assert.That(found?.Reason, Is.EqualTo("the gradient of first holds NaN or infinity"));
        Assert.That((found!.IsRefused, found.Parameter), Is.EqualTo((true, network.First)));
        Assert.That(optimizer.FindNonFinite(), Is.Null, "it is told once");
        Assert.That(State(network, optimizer), Is.EqualTo(before));
        gradient[^1] = 1;
        Update(optimizer, gradient, network.First, network.Second);
        Assert.That(optimizer.FindNonFinite(), Is.Null, "a later update is made");
        Assert.That(State(network, optimizer), Is.Not.EqualTo(before));
        network.Release();
        optimizer.Release();
    }

    [Test]
    public void Update_WithALossThatIsNotFinite_ChangesNothing()
    {
        Weights network = new(Device, 3);
        network.Initialize(1);
        Adam optimizer = new(network.Parameters());
        float[][] before = State(network, optimizer);
        foreach (float value in (float[])[float.NaN, 1])
        {
            using Step step = Device.BeginStep();
            Tensor loss = network.First.Value.Sum();
            step.Backward(loss);
            optimizer.Update(step.Gradients, 0.1f, Device.Tensor(Shape.Scalar, [value]));
            NonFiniteUpdate? found = optimizer.FindNonFinite();
            if (value == 1) Assert.That(found, Is.Null);
            else Assert.That(found, Is.EqualTo(new NonFiniteUpdate(null, true, "the loss is NaN or infinity")));
            Assert.That(State(network, optimizer), value == 1 ? Is.Not.EqualTo(before) : Is.EqualTo(before));
        }
        network.Release();
        optimizer.Release();
    }

    [Test]
    public void Update_ThatOverflows_IsNamed([Values] bool isInWeight)
    {
        Weights network = new(Device, 5);
        network.Initialize(1);
        Optimizer optimizer = isInWeight ? new Sgd(network.Parameters()) : new Adam(network.Parameters());
        // A rate of 0.1 times 3.4e38 is finite, but not its square; the weight is what overflows without one.
        if (isInWeight) network.Second.Value.CopyFrom([0, 0, float.MaxValue, 0, 0]);
        Update(optimizer, [0, 0, -float.MaxValue, 0, 0], network.First, network.Second);
        NonFiniteUpdate? found = optimizer.FindNonFinite();
        Assert.That(found?.Reason, Is.EqualTo("the update of second gives NaN or infinity"));
        Assert.That(found!.IsRefused, Is.False);
        network.Release();
        optimizer.Release();
    }

    [Test]
    public void Update_WithAStatisticThatIsNotFinite_ChangesNothing_AndNamesIt()
    {
        TripletGpu.Modules.BatchNorm2d norm = new(Device, channels: 4);
        norm.Initialize(1);
        Sgd optimizer = new(norm.Parameters());
        norm.RunningVariance.Value.CopyFrom([1, 1, float.PositiveInfinity, 1]);
        Update(optimizer, [1, 2, 3, 4], norm.Weight, norm.Bias);
        Assert.That(optimizer.FindNonFinite()?.Reason, Is.EqualTo("running_var holds NaN or infinity"));
        Assert.That(norm.Weight.Value.ToArray(), Is.EqualTo(new float[] { 1, 1, 1, 1 }));
        norm.Release();
        optimizer.Release();
    }

    static float[][] State(Weights network, Optimizer optimizer) =>
    [
        network.First.Value.ToArray(), network.Second.Value.ToArray(),
        .. optimizer.States.SelectMany(state => state.Tensors).Select(kept => kept.Value.ToArray()),
        [.. optimizer.States.Select(state => (float)state.Step)],
    ];

    /// <summary>One step whose loss has the given gradient for each of the parameters.</summary>
    void Update(Optimizer optimizer, float[] gradient, params Parameter[] parameters)
    {
        using Step step = Device.BeginStep();
        Tensor g = Device.Tensor(parameters[0].Value.Shape, gradient);
        foreach (Parameter parameter in parameters) step.Backward(parameter.Value.Affine(1), g);
        optimizer.Update(step.Gradients, File.Rate);
    }

    sealed class Weights : Module
    {
        public Weights(Device device, int count) : base(device) => (First, Second) = (
            AddParameter("first", new Shape(count), Initializer.FanIn(1)),
            AddParameter("second", new Shape(count), Initializer.FanIn(1)));

        public Parameter First { get; }

        public Parameter Second { get; }

        public override Tensor Forward(Tensor x) => x;
    }
}
