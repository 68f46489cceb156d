using TripletGpu.Autograd;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Runs every <see cref="OpCase"/> on every device. Cases are found by reflection: each static class in this namespace
/// with a property <c>IEnumerable&lt;OpCase&gt; Cases</c>.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class OpTests(string device) : DeviceFixture(device)
{
    /// <summary>All cases of the assembly.</summary>
    public static IEnumerable<OpCase> Cases =>
        from type in typeof(OpTests).Assembly.GetTypes()
        where type is { IsAbstract: true, IsSealed: true }
        let property = type.GetProperty("Cases")
        where property?.PropertyType == typeof(IEnumerable<OpCase>)
        from operation in (IEnumerable<OpCase>)property.GetValue(null)!
        select operation;

    [TestCaseSource(nameof(Cases))]
    public void Forward_MatchesOracle(OpCase c)
    {
        double[][] x = Draw(c);
        using Step step = Device.BeginStep(record: false);
        Tensor y = c.Op.Apply(Upload(c, x));
        Close.AreClose(c.Forward(x), y.ToArray(), c.Tolerance, "output");
    }

    [TestCaseSource(nameof(Cases))]
    public void Backward_MatchesOracle(OpCase c)
    {
        double[][] x = Draw(c);
        double[] dy = Cotangent(c, x);
        double[]?[] expected = c.Backward(x, dy);
        using Step step = Device.BeginStep();
        Tensor[] inputs = Upload(c, x);
        for (int i = 0; i < inputs.Length; i++) inputs[i].RequiresGradient = expected[i] is not null;
        // Twice: the first pass overwrites the gradients, the second adds to them.
        for (int pass = 1; pass <= 2; pass++)
        {
            Tensor y = c.Op.Apply(inputs);
            step.Backward(y, Device.Tensor(y.Shape, Values.ToSingle(dy)));
            for (int i = 0; i < inputs.Length; i++)
                if (expected[i] is { } e)
                    Close.AreClose(Array.ConvertAll(e, v => v * pass), step.Gradients[inputs[i]].ToArray(), c.Tolerance,
                        $"gradient of input {i}, pass {pass}");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Backward_ForOneInputAlone_MatchesOracle(OpCase c)
    {
        double[][] x = Draw(c);
        double[] dy = Cotangent(c, x);
        double[]?[] expected = c.Backward(x, dy);
        for (int i = 0; i < x.Length; i++)
        {
            if (expected[i] is not { } e) continue;
            using Step step = Device.BeginStep();
            Tensor[] inputs = Upload(c, x);
            inputs[i].RequiresGradient = true;
            Tensor y = c.Op.Apply(inputs);
            step.Backward(y, Device.Tensor(y.Shape, Values.ToSingle(dy)));
            Close.AreClose(e, step.Gradients[inputs[i]].ToArray(), c.Tolerance, $"gradient of input {i}");
        }
    }

    Tensor[] Upload(OpCase c, double[][] x) => Upload(Device, c, x);

    internal static Tensor[] Upload(Device device, OpCase c, double[][] x)
    {
        Tensor[] tensors = new Tensor[x.Length];
        for (int i = 0; i < x.Length; i++)
            tensors[i] = c.IntegerInputs.Contains(i)
                ? device.Tensor(c.Inputs[i], Array.ConvertAll(x[i], v => (int)v))
                : device.Tensor(c.Inputs[i], Values.ToSingle(x[i]));
        return tensors;
    }

    internal static double[][] Draw(OpCase c)
    {
        Random random = new(1);
        return [.. c.Inputs.Select((shape, i) => c.Draw(i, shape.Count, random))];
    }

    internal static double[] Cotangent(OpCase c, double[][] x) =>
        Values.Normal(c.Forward(x).Length, new Random(2));
}
