using TripletGpu.Autograd;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>Each module of NN2's table, narrow, against PyTorch (tests/Golden/make_inception.py).</summary>
public sealed class InceptionModuleTests(string device) : DeviceFixture(device)
{
    const int Divisor = 16;

    [Test]
    public void OutputLossAndGradients_MatchPyTorch(
        [ValueSource(nameof(Names))] string name, [Values("norm", "bias")] string form)
    {
        using SafeTensors golden = SafeTensors.Open(
            Path.Combine(AppContext.BaseDirectory, "Golden", "inception", $"{name}.safetensors"));
        Shape shape = golden.ShapeOf($"{form}.x");
        bool batchNorm = form == "norm";
        InceptionModule module = new(
            Device, shape[1], Nn2.Table.Single(row => row.Name == name).Scaled(1, Divisor), Pooling.L2, batchNorm,
            !batchNorm);
        string start = $"{form}.start.";
        string[] entries =
            [.. golden.Entries.Select(e => e.Name).Where(n => n.StartsWith(start, StringComparison.Ordinal))];
        IReadOnlyList<Parameter> parameters = module.Parameters();
        Assert.That(parameters.Select(p => p.Value.Shape), Is.EqualTo(entries.Select(golden.ShapeOf)));
        for (int i = 0; i < entries.Length; i++) parameters[i].Value.CopyFrom(golden.Read(entries[i]));

        using (Step step = Device.BeginStep())
        {
            Tensor x = Device.Tensor(shape, golden.Read($"{form}.x"));
            x.RequiresGradient = true;
            Tensor y = module.Forward(x);
            Tensor loss = y.Subtract(Device.Tensor(y.Shape, golden.Read($"{form}.target"))).Square().Mean();
            Check("y", y);
            Check("loss", loss);
            step.Backward(loss);
            Check("dx", step.Gradients[x]);
            for (int i = 0; i < entries.Length; i++)
                if (!parameters[i].IsStatistic)
                    Check($"gradient.{entries[i][start.Length..]}", step.Gradients[parameters[i].Value]);
        }
        module.Release();

        void Check(string what, Tensor actual) => Close.AreClose(
            Array.ConvertAll(golden.Read($"{form}.{what}"), v => (double)v), actual.ToArray(), Tolerance.Block, what);
    }

    static IEnumerable<string> Names => Nn2.Table.Select(row => row.Name);
}
