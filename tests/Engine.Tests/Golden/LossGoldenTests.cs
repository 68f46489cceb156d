using System.Text.Json;
using TripletGpu.Autograd;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Golden;

/// <summary>Losses on pairs and their gradients against PyTorch's (tests/Golden/make_losses.py).</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class LossGoldenTests(string device) : DeviceFixture(device)
{
    /// <summary>A loss as the script writes it.</summary>
    public sealed record Golden(
        string Name, int[] Labels, double[] Embeddings, int[] ColumnLabels, double[]? Columns, double Loss,
        double[] Gradient, double[]? ColumnGradient)
    {
        /// <inheritdoc/>
        public override string ToString() => Name;
    }

    static readonly MultiSimilarity WithMiner = new(2, 50, 0.5f, 0.1f);
    static readonly ArcFace Arc = ArcFace.Of(28.6f * MathF.PI / 180, 64);

    static IEnumerable<Golden> Losses => JsonSerializer.Deserialize<Golden[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "losses.json")), JsonSerializerOptions.Web)!;

    [TestCaseSource(nameof(Losses))]
    public void Loss_MatchesPyTorch(Golden golden)
    {
        using Step step = Device.BeginStep();
        Tensor e = Rows(golden.Embeddings, golden);
        Tensor? columns = golden.Columns is { } values ? Rows(values, golden) : null;
        e.RequiresGradient = true;
        if (golden.ColumnGradient is not null) columns!.RequiresGradient = true;
        Tensor loss = LossOf(golden, e, columns);
        Close.AreClose([golden.Loss], [loss.ToScalar()], Tolerance.Sum, "loss");
        step.Backward(loss);
        Close.AreClose(golden.Gradient, step.Gradients[e].ToArray(), Tolerance.Normalization, "gradient");
        if (golden.ColumnGradient is { } gradient)
            Close.AreClose(
                gradient, step.Gradients[columns!].ToArray(), Tolerance.Normalization, "gradient of the columns");
    }

    static Tensor LossOf(Golden golden, Tensor e, Tensor? columns) => golden.Name switch
    {
        "contrastive" => e.PairLoss(golden.Labels, new Contrastive(1)),
        "nt-xent" => e.PairLoss(golden.Labels, new NtXent(0.07f)),
        "supcon" => e.PairLoss(golden.Labels, new SupCon(0.1f)),
        "multi-similarity" => e.PairLoss(golden.Labels, WithMiner),
        "multi-similarity without miner" => e.PairLoss(golden.Labels, WithMiner with { Epsilon = -1 }),
        "multi-similarity with memory" => e.PairLoss(
            golden.Labels, WithMiner, columns!, golden.ColumnLabels.AsSpan(golden.Labels.Length)),
        "circle" => e.PairLoss(golden.Labels, new Circle(0.4f, 80)),
        "arcface" => e.ClassLoss(golden.Labels, Arc, columns!),
        "cosface" => e.ClassLoss(golden.Labels, new CosFace(0.35f, 64), columns!),
        "subcenter-arcface" => e.ClassLoss(golden.Labels, Arc, columns!, subCenters: 3),
        "proxy-nca" => e.ClassLoss(golden.Labels, new ProxyNca(1, 1), columns!),
        "proxy-nca without own" => e.ClassLoss(golden.Labels, new ProxyNca(1, 0), columns!),
        "proxy-anchor" => e.ProxyAnchorLoss(golden.Labels, new ProxyAnchor(0.1f, 32), columns!),
        _ => throw new ArgumentException($"the golden file names a loss that this test does not know: {golden.Name}"),
    };

    Tensor Rows(double[] values, Golden golden) => Device.Tensor(
        new Shape(values.Length * golden.Labels.Length / golden.Embeddings.Length,
            golden.Embeddings.Length / golden.Labels.Length), Values.ToSingle(values));
}
