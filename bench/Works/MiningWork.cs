using System.Globalization;
using TripletGpu.Bench.Peers;
using TripletGpu.Runner.Bench;

namespace TripletGpu.Bench.Works;

/// <summary>Semi-hard mining with the loss and its gradient.</summary>
/// <param name="n">Embeddings.</param>
public sealed class MiningWork(int n) : Work($"semi-hard {n} x {MiningPass.Width}")
{
    /// <inheritdoc/>
    public override bool Has(Pass pass, bool onOnnxRuntime) => pass == Pass.Training && !onOnnxRuntime;

    /// <inheritdoc/>
    public override string Rate(double seconds, Pass pass) =>
        string.Create(CultureInfo.InvariantCulture, $"{n / seconds:N0} anchors/s");

    internal override IBenchPass OnDevice(Device device, Pass pass) => new MiningPass(device, n);

    internal override IBenchPass OnOnnxRuntime(Device cpu) => throw new NotSupportedException("it has no gradients");

    internal override IBenchPass OnLibTorch(Device cpu, Pass pass) => new TorchMiningPass(n);
}
