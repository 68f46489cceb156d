using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Runs every <see cref="OpCase"/> with a pattern around every buffer, which must be there afterwards. Outputs and
/// gradients start as NaN, so that an element that is not written shows too.
/// </summary>
public sealed class SentinelTests(string device) : DeviceFixture(device)
{
    static IEnumerable<OpCase> Cases => OpTests.Cases;

    [TestCaseSource(nameof(Cases))]
    public void Operation_WritesOnlyItsResults(OpCase c)
    {
        SentinelMemory memory = new(new CpuMemory());
        using Device guarded = new(DeviceName, new GuardedBackend(Device.Backend, memory));
        double[][] x = OpTests.Draw(c);
        double[] dy = OpTests.Cotangent(c, x);
        double[]?[] expected = c.Backward(x, dy);
        using Step step = guarded.BeginStep();
        Tensor[] inputs = OpTests.Upload(guarded, c, x);
        for (int i = 0; i < inputs.Length; i++) inputs[i].RequiresGradient = expected[i] is not null;
        for (int pass = 1; pass <= 2; pass++)
        {
            Tensor y = c.Op.Apply(out Tensor[] extras, inputs);
            Close.AreClose(c.Forward(x), y.ToArray(), c.Tolerance, "output");
            step.Backward(y, guarded.Tensor(y.Shape, Values.ToSingle(dy)));
            memory.CheckSlack();
            if (pass > 1) continue; // blocks are used again then, with the remains of other tensors in them
            Tensor?[] made = [y, .. extras, .. inputs, .. inputs.Select(step.Gradients.Find)];
            foreach (Tensor? tensor in made)
                if (tensor is not null) SentinelMemory.CheckRest(tensor);
        }
        for (int i = 0; i < inputs.Length; i++)
        {
            if (expected[i] is { } e)
                Close.AreClose(Array.ConvertAll(e, v => 2 * v), step.Gradients[inputs[i]].ToArray(), c.Tolerance,
                    $"gradient of input {i}");
            else if (!c.IntegerInputs.Contains(i)) continue; // running statistics, which batch norm updates
            double[] values = c.IntegerInputs.Contains(i)
                ? Array.ConvertAll(inputs[i].ToIntArray(), v => (double)v)
                : Array.ConvertAll(inputs[i].ToArray(), v => (double)v);
            Assert.That(values, Is.EqualTo(x[i]), $"input {i} has been changed");
        }
    }
}
