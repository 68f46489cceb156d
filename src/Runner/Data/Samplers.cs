using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>Makes the sampler that a configuration asks for.</summary>
public static class Samplers
{
    /// <summary>Checks the configuration against the data and makes the sampler.</summary>
    /// <exception cref="UserErrorException">The data is too small for the batches; says by which numbers.</exception>
    public static ISampler Create(RunConfig config, IImageDataset data)
    {
        int batch = config.Sampler.Batch ?? throw new ArgumentException("the configuration has open defaults");
        bool isExplicit = config.Loss is { Kind: LossKind.Triplet, Rule: MiningRule.Explicit };
        return config.Sampler.Kind switch
        {
            SamplerKind.Balanced =>
                new BalancedSampler(
                    data.Labels, config.Sampler.Classes, config.Sampler.PerClass, config.Train.Seed,
                    config.Sampler.Short),
            SamplerKind.Sequential => new SequentialSampler(data.Count, batch),
            _ when isExplicit => new TripletSampler(data.Labels, batch, config.Train.Seed),
            _ => new ShuffledSampler(data.Count, batch, config.Train.Seed),
        };
    }
}
