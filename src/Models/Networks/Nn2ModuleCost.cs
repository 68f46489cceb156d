using TripletGpu.Models.Summary;
using TripletGpu.Modules;

namespace TripletGpu.Models.Networks;

/// <summary>A module of NN2, which is a row of the paper's table, with its cost beside the paper's figures.</summary>
/// <param name="Name">Such as <c>inception3a</c>.</param>
/// <param name="Output">(C, H, W) of its output.</param>
/// <param name="Weights">Weights of its convolutions, without biases and batch norm: what the paper counts.</param>
/// <param name="Macs">Multiply-adds for one image; the paper calls them FLOPS.</param>
/// <param name="PaperWeights">The table's column "params", as printed.</param>
/// <param name="PaperMacs">The table's column "FLOPS", as printed.</param>
public sealed record Nn2ModuleCost(
    string Name, int[] Output, long Weights, long Macs, string PaperWeights, string PaperMacs)
{
    static readonly (string Name, string Weights, string Macs)[] paper =
    [
        ("conv1", "9K", "119M"), ("inception2", "115K", "360M"), ("inception3a", "164K", "128M"),
        ("inception3b", "228K", "179M"), ("inception3c", "398K", "108M"), ("inception4a", "545K", "107M"),
        ("inception4b", "595K", "117M"), ("inception4c", "654K", "128M"), ("inception4d", "722K", "142M"),
        ("inception4e", "717K", "56M"), ("inception5a", "1.6M", "78M"), ("inception5b", "1.6M", "78M"),
    ];

    /// <summary>The twelve modules with convolutions, in forward order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="summary">Its layers.</param>
    public static IReadOnlyList<Nn2ModuleCost> Of(Nn2 network, NetworkSummary summary)
    {
        IReadOnlyList<Parameter> parameters = network.Parameters();
        List<Nn2ModuleCost> modules = [];
        int channels = 0;
        foreach ((string name, string weights, string macs) in paper)
        {
            string prefix = $"{name}.";
            LayerSummary[] layers =
                [.. summary.Layers.Where(layer => layer.Name.StartsWith(prefix, StringComparison.Ordinal))];
            InceptionRow? row = Nn2.Table.FirstOrDefault(row => name == $"inception{row.Name}");
            int[] map = layers.Last(layer => layer.Macs > 0).Output;
            channels = row is null ? map[0] : row.Scaled(network.Width, Nn2.PaperWidth).OutputChannels(channels);
            // Of a module with a projection the last convolution has the output's extents, of one without the 5x5.
            modules.Add(new Nn2ModuleCost(
                name, [channels, map[1], map[2]],
                parameters.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal) && p.Value.Shape.Rank == 4)
                    .Sum(p => p.Value.Count),
                layers.Sum(layer => layer.Macs), weights, macs));
        }
        return modules;
    }
}
