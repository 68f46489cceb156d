using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Models.Onnx;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// Fills in the defaults that depend on other fields, so that the written configuration says all of them.
/// </summary>
static class ConfigDefaults
{
    const double SmallCnnDropout = 0.25;
    const int EmbeddingWidth = 128, ImageNetClasses = 1000;
    const int BatchSize = 128;
    const int TripletsInBatch = 32;

    /// <summary>The same configuration with no default left open.</summary>
    public static RunConfig Resolve(RunConfig config)
    {
        ModelConfig model = config.Model;
        model = model with
        {
            Input = model.Input is [] ? Input(model) : model.Input,
            Embedding = model.Embedding == 0 ? Embedding(model) : model.Embedding,
            Dropout = model.Dropout ?? (model.Kind == ModelKind.SmallCnn ? SmallCnnDropout : 0),
        };
        return config with
        {
            Model = model,
            Data = PixelDefaults.Resolve(config.Data, model),
            Loss = LossKinds.Resolve(config.Loss),
            Phases = [.. config.Phases.Select(phase => phase.Loss is null ? phase
                : phase with { Loss = LossKinds.Resolve(phase.Loss) })],
            Sampler = config.Sampler with { Batch = config.Sampler.Batch ?? Batch(config) },
            Optimizer = config.Optimizer with
            {
                Beta2 = config.Optimizer.Beta2 ?? (config.Optimizer.Kind == OptimizerKind.Rmsprop ? 0.99 : 0.999),
                Epsilon = config.Optimizer.Epsilon ?? (config.Optimizer.Kind == OptimizerKind.Adagrad ? 1e-10 : 1e-8),
            },
        };
    }

    static int[] Input(ModelConfig model) => model switch
    {
        { Kind: ModelKind.SmallCnn } => [1, 28, 28],
        { Kind: ModelKind.Onnx, Path: { } path } when OnnxNetwork.ImageShapeOf(path) is { } shape => shape.ToArray(),
        _ => [3, 224, 224],
    };

    static int Embedding(ModelConfig model) =>
        model is { Kind: ModelKind.Resnet50, Head: HeadKind.Classifier } ? ImageNetClasses : EmbeddingWidth;

    static int Batch(RunConfig config)
    {
        if (config.Sampler.Kind == SamplerKind.Balanced)
            return (int)Math.Min(int.MaxValue, Math.Max(0, (long)config.Sampler.Classes * config.Sampler.PerClass));
        return config.Loss is { Kind: LossKind.Triplet, Rule: MiningRule.Explicit } ? 3 * TripletsInBatch : BatchSize;
    }
}
