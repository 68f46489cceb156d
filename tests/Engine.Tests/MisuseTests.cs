using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Schedules;
using static TripletGpu.Ops.TensorOps;

namespace TripletGpu.Engine.Tests;

/// <summary>What whoever uses the engine as a library may get wrong is said where it happens.</summary>
public sealed class MisuseTests
{
    [Test]
    public void Shape_OfMoreElementsThanCanBeCounted_IsRefused()
    {
        Assert.That(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue).Count,
            Throws.TypeOf<OverflowException>().With.Message.Contains("too many elements"));
        Assert.That(new Shape(int.MaxValue, int.MaxValue).Count, Is.EqualTo((long)int.MaxValue * int.MaxValue));
    }

    [TestCase(-1)]
    [TestCase(CpuBackend.MostThreads + 1)]
    public void CpuBackend_OfAWrongNumberOfThreads_IsRefused(int threads) =>
        Assert.That(() => new CpuBackend(threads), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Device_AfterItsDisposal_BeginsNoStep()
    {
        Device device = new("cpu", new CpuBackend(1));
        device.BeginStep();
        device.BeginStep();
        device.Dispose();
        device.Dispose();
        Assert.That(device.CurrentStep, Is.Null);
        Action[] uses =
        [
            () => device.BeginStep(), () => device.Tensor(new Shape(1), [1f]), () => new Linear(device, 1, 1),
        ];
        foreach (Action use in uses)
            Assert.That(
                () => use(),
                Throws.TypeOf<ObjectDisposedException>().With.Message.StartsWith("the device cpu has been disposed"));
    }

    [Test]
    public void Update_BeforeBackward_SaysWhatIsMissing()
    {
        using Device device = new("cpu", new CpuBackend(1));
        Linear network = new(device, 1, 1);
        network.Initialize(1);
        Sgd optimizer = new(network.Parameters());
        using Step step = device.BeginStep();
        Assert.That(() => optimizer.Update(step.Gradients, 0.1f),
            Throws.InvalidOperationException.With.Message.Contains("call step.Backward(loss)"));
    }

    [Test]
    public void Device_InUseByAnotherThread_SaysSo()
    {
        using Device device = new("cpu", new CpuBackend(1));
        using Step step = device.BeginStep();
        Tensor x = device.Tensor(new Shape(1), [1f]);
        Exception? seen = null;
        device.Observer = new Watcher(() =>
        {
            Thread other = new(() => seen = Assert.Catch(() => x.Exp()));
            other.Start();
            other.Join();
        });
        Tensor y = x.Relu();
        device.Observer = null;
        Assert.That(seen, Is.TypeOf<InvalidOperationException>().With.Message.Contains("in use by another thread"));
        Assert.That(y.ToScalar(), Is.EqualTo(1));
        // Taking turns is allowed.
        Task.Run(() => x.Exp()).Wait();
    }

    sealed class Watcher(Action applied) : IOpObserver
    {
        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y) => applied();
        public void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y) { }
    }

    [Test]
    public void Gradient_OfAnotherKind_IsRefused()
    {
        using Device device = new("cpu", new CpuBackend(1)), other = new("cpu", new CpuBackend(1));
        using Step step = device.BeginStep(), otherStep = other.BeginStep();
        Tensor x = device.Tensor(new Shape(1), [1f]);
        x.RequiresGradient = true;
        Tensor y = x.Relu();
        Assert.That(() => step.Backward(y, device.Tensor(new Shape(1), [1])),
            Throws.ArgumentException.With.Message.Contains("holds Int32"));
        Assert.That(() => step.Backward(y, other.Tensor(new Shape(1), [1f])),
            Throws.ArgumentException.With.Message.Contains("copy it over"));
        step.Backward(y, device.Tensor(new Shape(1), [3f]));
        Assert.That(step.Gradients.Find(x)!.ToScalar(), Is.EqualTo(3));
    }

    [Test]
    public void Concat_OfNothing_IsRefused() =>
        Assert.That(() => Concat(0), Throws.ArgumentException.With.Message.Contains("no operand"));

    [Test]
    public void PlannedNetwork_AfterItsDisposal_Throws()
    {
        using Device device = new("cpu", new CpuBackend(1));
        Linear network = new(device, 1, 1);
        PlannedNetwork plan = new(network);
        plan.Run(new Shape(1, 1), [1f], new float[1]);
        plan.Dispose();
        plan.Dispose();
        Assert.That(() => plan.Run(new Shape(1, 1), [1f], new float[1]), Throws.TypeOf<ObjectDisposedException>());
    }

    static readonly TestCaseData<Func<IReadOnlyList<Parameter>, Optimizer>>[] wrongSettings =
    [
        new(p => new Sgd(p, momentum: 1)) { TestName = "momentum" },
        new(p => new Sgd(p, weightDecay: -0.1f)) { TestName = "the weight decay" },
        new(p => new Adam(p, beta1: 1)) { TestName = "beta1" },
        new(p => new Adam(p, beta2: -1)) { TestName = "beta2" },
        new(p => new Adam(p, epsilon: float.NaN)) { TestName = "epsilon" },
        new(p => new RmsProp(p, alpha: 2)) { TestName = "alpha" },
        new(p => new AdaGrad(p, initialSum: -1)) { TestName = "what the sums start from" },
        new(p => new Adam(p, groups: [new("*", Rate: -1)])) { TestName = "the rate of group \"*\"" },
        new(p => new Adam([.. p, .. p])) { TestName = "the parameter weight" },
    ];

    [TestCaseSource(nameof(wrongSettings))]
    public void Optimizer_OfAWrongSetting_NamesIt(Func<IReadOnlyList<Parameter>, Optimizer> make)
    {
        using Device device = new("cpu", new CpuBackend(1));
        Linear network = new(device, 1, 1);
        Assert.That(() => make(network.Parameters()),
            Throws.ArgumentException.With.Message.StartsWith(TestContext.CurrentContext.Test.Name));
    }

    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Update_AtARateThatIsNone_ThrowsAndLeavesTheWeights(float rate)
    {
        using Device device = new("cpu", new CpuBackend(1));
        Linear network = new(device, 1, 1);
        network.Initialize(1);
        float[] before = network.Weight.Value.ToArray();
        Sgd optimizer = new(network.Parameters());
        using Step step = device.BeginStep();
        step.Backward(network.Forward(device.Tensor(new Shape(1, 1), [1f])).Sum());
        Assert.That(() => optimizer.Update(step.Gradients, rate),
            Throws.ArgumentException.With.Message.StartsWith("the learning rate"));
        Assert.That(network.Weight.Value.ToArray(), Is.EqualTo(before));
        Assert.That(optimizer.States.Select(state => state.Step), Is.All.Zero);
    }

    [TestCase(1f)]
    [TestCase(-0.1f)]
    [TestCase(float.NaN)]
    public void Dropout_OfARateThatIsNone_IsRefused(float rate)
    {
        using Device device = new("cpu", new CpuBackend(1));
        Assert.That(() => new Dropout(device, rate, seed: 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Parts_OfOneName_AreRefused()
    {
        using Device device = new("cpu", new CpuBackend(1));
        Assert.That(() => new Sequential(device, ("same", new Relu(device)), ("same", new Relu(device))),
            Throws.ArgumentException.With.Message.Contains("two parts named same"));
    }

    [Test]
    public void StepSchedule_OfNoSteps_IsRefused() =>
        Assert.That(() => new StepSchedule(1, 0.5f, Every: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
}
