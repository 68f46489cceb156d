using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>
/// A few training steps that PyTorch has taken (tests/Golden/golden.py, <c>train</c>), taken again. Parameters are
/// matched by their order, which is the order of the forward pass on both sides.
/// </summary>
sealed class GoldenTraining(string file) : IDisposable
{
    const float Momentum = 0.9f;
    readonly SafeTensors golden = SafeTensors.Open(Path.Combine(AppContext.BaseDirectory, "Golden", file));

    /// <summary>Embeddings and gradients of the first batch, the losses of all, the statistics afterwards.</summary>
    public void Check(EmbeddingNetwork network)
    {
        IReadOnlyList<Parameter> parameters = network.Parameters();
        string[] start = Names("start.");
        Assert.That(parameters.Select(p => p.Value.Shape), Is.EqualTo(start.Select(n => golden.ShapeOf($"start.{n}"))));
        for (int i = 0; i < start.Length; i++) parameters[i].Value.CopyFrom(golden.Read($"start.{start[i]}"));
        Sgd optimizer = new(parameters, Momentum);
        float rate = golden.Read("rate")[0];
        int[] labels = Array.ConvertAll(golden.Read("labels"), label => (int)label);
        float[] batches = golden.Read("batches");
        double[] expected = Doubles("losses"), losses = new double[expected.Length];
        for (int i = 0; i < losses.Length; i++)
        {
            using Step step = network.Device.BeginStep();
            int size = batches.Length / losses.Length;
            Tensor x = network.Device.Tensor(
                new Shape([labels.Length, .. network.ImageShape.ToArray()]), batches.AsSpan(i * size, size));
            Tensor embeddings = network.Forward(x);
            Tensor loss = embeddings.TripletLoss(labels, new TripletSettings { Margin = 0.2f });
            if (i == 0)
                Close.AreClose(Doubles("embeddings"), embeddings.ToArray(), Tolerance.DeepLossCurve, "embeddings");
            step.Backward(loss);
            losses[i] = loss.ToScalar();
            if (i == 0) CheckGradients(step, parameters, start);
            optimizer.Update(step.Gradients, rate);
        }
        Close.AreClose(expected, losses, Tolerance.DeepLossCurve, "losses");
        foreach (string name in Names("end."))
            Close.AreClose(
                Doubles($"end.{name}"), parameters[Array.IndexOf(start, name)].Value.ToArray(),
                Tolerance.DeepLossCurve, name);
        optimizer.Release();
    }

    public void Dispose() => golden.Dispose();

    void CheckGradients(Step step, IReadOnlyList<Parameter> parameters, string[] names)
    {
        for (int i = 0; i < names.Length; i++)
            if (!parameters[i].IsStatistic)
                Close.AreClose(
                    Doubles($"gradient.{names[i]}"), step.Gradients[parameters[i].Value].ToArray(), Tolerance.Network,
                    $"gradient of {parameters[i].Name}");
    }

    string[] Names(string prefix) =>
        [
            .. golden.Entries.Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(
                e => e.Name[prefix.Length..]),
        ];

    double[] Doubles(string name) => Array.ConvertAll(golden.Read(name), v => (double)v);
}
