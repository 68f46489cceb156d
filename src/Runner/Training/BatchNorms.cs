using TripletGpu.Modules;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>The batch norms of a network.</summary>
static class BatchNorms
{
    /// <summary>All of them.</summary>
    public static IEnumerable<BatchNorm> Of(Module module) =>
        module is BatchNorm norm ? [norm] : module.Parts.SelectMany(part => Of(part.Part));

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
