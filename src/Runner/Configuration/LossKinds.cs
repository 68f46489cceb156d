using System.Globalization;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;

namespace TripletGpu.Runner.Configuration;

/// <summary>What the kinds of losses have, and what they take where a configuration does not say.</summary>
static class LossKinds
{
    /// <summary>Of triplets, and where they are only counted.</summary>
    public const double SmallMargin = 0.2;

    /// <summary>Of the rule angular, in degrees: pytorch-metric-learning's.</summary>
    public const double Angle = 20;

    const double ArcMargin = 0.5, CosineMargin = 0.35, LargeScale = 64;

    /// <summary>Whether it is a loss on pairs of embeddings, which a cross-batch memory can extend.</summary>
    public static bool HasPairs(LossKind kind) => kind is LossKind.Contrastive or LossKind.NtXent or LossKind.Supcon
        or LossKind.MultiSimilarity or LossKind.Circle;

    /// <summary>Whether it learns weights of the classes and drops them at the end.</summary>
    public static bool HasClassWeights(LossKind kind) => kind is LossKind.Softmax || HasProxies(kind);

    /// <summary>Whether embeddings stand against normalised weights of the classes.</summary>
    public static bool HasProxies(LossKind kind) => kind is LossKind.Arcface or LossKind.SubcenterArcface
        or LossKind.Cosface or LossKind.ProxyNca or LossKind.ProxyAnchor;

    /// <summary>Whether a batch teaches nothing without two images of a class beside one of another.</summary>
    public static bool NeedsPositives(LossKind kind) => kind == LossKind.Triplet || HasPairs(kind);

    /// <summary>The same loss with the kind's own settings where there are none.</summary>
    public static LossConfig Resolve(LossConfig loss)
    {
        loss = loss with { Reduction = loss.Reduction ?? TripletSettings.ReductionOf(loss.Rule) };
        return loss.Kind switch
        {
            LossKind.Contrastive => loss with { Margin = loss.Margin ?? 1 },
            LossKind.NtXent => loss with { Temperature = loss.Temperature ?? 0.07 },
            LossKind.Supcon => loss with { Temperature = loss.Temperature ?? 0.1 },
            LossKind.MultiSimilarity => loss with
            {
                Alpha = loss.Alpha ?? 2,
                Beta = loss.Beta ?? 50,
                Base = loss.Base ?? 0.5,
                Epsilon = loss.Epsilon ?? 0.1,
            },
            LossKind.Circle => loss with { Margin = loss.Margin ?? 0.4, Scale = loss.Scale ?? 80 },
            LossKind.Arcface => loss with { Margin = loss.Margin ?? ArcMargin, Scale = loss.Scale ?? LargeScale },
            LossKind.SubcenterArcface => loss with
            {
                Margin = loss.Margin ?? ArcMargin,
                Scale = loss.Scale ?? LargeScale,
                SubCenters = loss.SubCenters ?? 3,
            },
            LossKind.Cosface => loss with { Margin = loss.Margin ?? CosineMargin, Scale = loss.Scale ?? LargeScale },
            LossKind.ProxyNca => loss with { Scale = loss.Scale ?? 1, SumsOwnProxy = loss.SumsOwnProxy ?? true },
            LossKind.ProxyAnchor => loss with { Margin = loss.Margin ?? 0.1, Alpha = loss.Alpha ?? 32 },
            LossKind.Triplet when loss.Rule == MiningRule.Angular => loss with
            {
                Margin = loss.Margin ?? SmallMargin,
                Angle = loss.Angle ?? Angle,
            },
            _ => loss with { Margin = loss.Margin ?? SmallMargin },
        };
    }

    /// <summary>A setting that the kind does not have, or null. Those of triplets are never reported.</summary>
    public static string? Foreign(LossConfig loss)
    {
        (string Name, bool IsSet, LossKind[] Kinds)[] settings =
        [
            ("temperature", loss.Temperature is not null, [LossKind.NtXent, LossKind.Supcon]),
            ("scale", loss.Scale is not null, [
                LossKind.Circle, LossKind.Arcface, LossKind.SubcenterArcface, LossKind.Cosface, LossKind.ProxyNca]),
            ("alpha", loss.Alpha is not null, [LossKind.MultiSimilarity, LossKind.ProxyAnchor]),
            ("beta", loss.Beta is not null, [LossKind.MultiSimilarity]),
            ("base", loss.Base is not null, [LossKind.MultiSimilarity]),
            ("epsilon", loss.Epsilon is not null, [LossKind.MultiSimilarity]),
            ("subCenters", loss.SubCenters is not null, [LossKind.SubcenterArcface]),
            ("sumsOwnProxy", loss.SumsOwnProxy is not null, [LossKind.ProxyNca]),
            ("memory", loss.Memory is not null, [.. Enum.GetValues<LossKind>().Where(HasPairs)]),
        ];
        foreach ((string name, bool isSet, LossKind[] kinds) in settings)
            if (isSet && !kinds.Contains(loss.Kind))
                return $"{name} belongs to {string.Join(", ", kinds.Select(Words.Of))}, not to {Words.Of(loss.Kind)}";
        return null;
    }

    /// <summary>For a page or a table: <c>arcface, margin 0.5, scale 64</c>.</summary>
    public static string Describe(LossConfig loss)
    {
        if (loss.Kind == LossKind.Softmax) return "softmax";
        string name = loss.Kind == LossKind.Triplet ? Words.Of(loss.Rule) : Words.Of(loss.Kind);
        (string, double?)[] settings =
        [
            ("margin", loss.Margin), ("angle", loss.Angle), ("temperature", loss.Temperature), ("scale", loss.Scale),
            ("alpha", loss.Alpha), ("beta", loss.Beta), ("base", loss.Base), ("epsilon", loss.Epsilon),
            ("sub-centers", loss.SubCenters), ("memory", loss.Memory),
        ];
        return string.Concat(
            (string[])[name, .. settings.Where(s => s.Item2 is not null).Select(s => string.Create(
                CultureInfo.InvariantCulture, $", {s.Item1} {s.Item2}"))]);
    }
}
