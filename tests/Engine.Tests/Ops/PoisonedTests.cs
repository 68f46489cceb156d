using TripletGpu.Autograd;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Runs every <see cref="OpCase"/> on every device with NaN in all memory that is handed out: each element of an output
/// and of a gradient must be written. <see cref="EmptyCases"/> must have every operation without elements too.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class PoisonedTests(string device) : DeviceFixture(device)
{
    static IEnumerable<OpCase> Cases => OpTests.Cases;

    [TestCaseSource(nameof(Cases))]
    public void Operation_WritesAllOfItsResults(OpCase c)
    {
        using Device poisoned = new(DeviceName, new GuardedBackend(Device.Backend, new PoisonedMemory(
            Device.Backend.Memory)));
        double[][] x = OpTests.Draw(c);
        double[] dy = OpTests.Cotangent(c, x);
        double[]?[] expected = c.Backward(x, dy);
        using Step step = poisoned.BeginStep();
        Tensor[] inputs = OpTests.Upload(poisoned, c, x);
        for (int i = 0; i < inputs.Length; i++) inputs[i].RequiresGradient = expected[i] is not null;
        Tensor y = c.Op.Apply(inputs);
        Close.AreClose(c.Forward(x), y.ToArray(), c.Tolerance, "output");
        step.Backward(y, poisoned.Tensor(y.Shape, Values.ToSingle(dy)));
        for (int i = 0; i < inputs.Length; i++)
            if (expected[i] is { } e)
                Close.AreClose(e, step.Gradients[inputs[i]].ToArray(), c.Tolerance, $"gradient of input {i}");
    }

    [Test]
    public void EveryOperation_HasACaseWithoutElements()
    {
        HashSet<Type> covered = [.. EmptyCases.Cases.Select(c => Generic(c.Op.GetType()))];
        IEnumerable<string> missing =
            from type in typeof(Op).Assembly.GetTypes()
            where type.IsSubclassOf(typeof(Op)) && !type.IsAbstract && !covered.Contains(type)
                && !EmptyCases.Refused.Contains(type)
            select type.Name;
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void PairLoss_OfNothing_IsRefused()
    {
        PairLoss<NtXent> op = new(new NtXent(0.1f), Self: 0);
        Assert.That(
            () => op.InferShape([new(0, 3), new(0, 3), new(0), new(0)]),
            Throws.TypeOf<ShapeException>().With.Message.Contains("empty"));
    }

    static Type Generic(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
