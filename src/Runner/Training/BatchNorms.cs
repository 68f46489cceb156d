using TripletGpu.Models.Networks;
using TripletGpu.Modules;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>The batch norms of a network.</summary>
static class BatchNorms
{
    /// <summary>All of them.</summary>
    public static IEnumerable<BatchNorm> Of(Module module) =>
        module is BatchNorm norm ? [norm] : module.Parts.SelectMany(part => Of(part.Part));

    /// <summary>
    /// How many times a forward pass, and a backward pass, waits for the other ranks' statistics: an inception module's
    /// norms tell each other in two messages, those behind its input and those behind these.
    /// </summary>
    public static int Exchanges(Module module) => module switch
    {
        BatchNorm norm => norm.IsFrozen ? 0 : 1,
        InceptionModule => Math.Min(2, module.Parts.Sum(part => Exchanges(part.Part))),
        _ => module.Parts.Sum(part => Exchanges(part.Part)),
    };

    /// <summary>Makes them do what the config says.</summary>
    public static void Set(Module network, RankBatchNorm kind)
    {
        foreach (BatchNorm norm in Of(network))
        {
            norm.IsSynchronized = kind == RankBatchNorm.Synchronized;
            norm.IsFrozen |= kind == RankBatchNorm.Frozen;
        }
    }
}
