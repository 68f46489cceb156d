using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Batch norm, local response norm, L2 normalisation.</summary>
public static class NormalizationCases
{
    public static IEnumerable<OpCase> Cases
    {
        get
        {
            // The last two have small planes and images enough for the CPU's strips of channels.
            Shape[] shapes =
            [
                new(2, 3, 13, 13), new(1, 5, 7, 7), new(4, 17, 1, 1), new(9, 33), new(1, 1, 2, 3), new(2, 1, 70, 71),
                new(66, 9, 2, 2), new(13, 3, 7, 7),
            ];
            foreach (Shape x in shapes)
                foreach (bool frozen in (bool[])[false, true])
                {
                    yield return BatchNorm(x, new BatchNorm2d(frozen));
                    yield return BatchNorm(x, new BatchNormRelu(frozen));
                    yield return WithResidual(x, new BatchNormRelu(frozen) { HasResidual = true });
                }
            foreach ((Shape x, LocalResponseNorm op) in ((Shape, LocalResponseNorm)[])
                [
                    (new(2, 17, 7, 7), new()),
                    (new(1, 5, 17, 19), new(5, 0.5f, 0.75f, 2)),
                    (new(1, 3, 1, 1), new(5, 0.5f)),
                    (new(2, 1, 5, 5), new(5, 0.5f)),
                    (new(1, 6, 5, 3), new(4, 0.7f, 0.75f)),
                    (new(1, 6, 5, 3), new(3, 0.7f, 0.6f, 1.5f)),
                ])
                yield return LocalResponse(x, op);
            foreach (Shape x in (Shape[])[new(5, 128), new(1, 1), new(7, 3), new(2, 67)])
                yield return new OpCase($"L2Normalize {x}", new L2Normalize(), [x],
                    v => Normalization.L2Normalize(v[0], x[1], 1e-12),
                    (v, dy) => [Normalization.L2NormalizeBackward(v[0], dy, x[1], 1e-12)], Tolerance.Normalization);
            Shape zeros = new(6, 9);
            yield return new OpCase("L2Normalize rows of zeros", new L2Normalize(), [zeros],
                v => Normalization.L2Normalize(v[0], 9, 1e-12),
                (v, dy) => [Normalization.L2NormalizeBackward(v[0], dy, 9, 1e-12)], Tolerance.Normalization)
            {
                Draw = (_, count, random) => [.. Values.Normal(count, random).Select((v, i) => i / 9 % 2 == 0 ? 0 : v)],
                IsSmooth = false,
            };
        }
    }

    internal static OpCase BatchNorm(Shape x, BatchNorm op)
    {
        int channels = x[1], plane = x.Product(2, x.Rank);
        bool relu = op is BatchNormRelu;
        Shape c = new(channels);
        return new OpCase($"{op.Name} {x}{(op.IsFrozen ? " frozen" : "")}", op, [x, c, c, c, c],
            v => Normalization.BatchNorm(v[0], v[1], v[2], channels, plane, op.Epsilon, relu,
                op.IsFrozen ? v[3] : null, op.IsFrozen ? v[4] : null),
            (v, dy) => Normalization.BatchNormBackward(v[0], v[1], v[2], dy, channels, plane, op.Epsilon, relu,
                op.IsFrozen ? v[3] : null, op.IsFrozen ? v[4] : null),
            Tolerance.Normalization)
        { Draw = (i, count, random) => i == 4 ? Values.Uniform(count, random, 0.5, 2) : Values.Normal(count, random) };
    }

    internal static OpCase WithResidual(Shape x, BatchNormRelu op)
    {
        int channels = x[1], plane = x.Product(2, x.Rank);
        Shape c = new(channels);
        return new OpCase($"{op.Name} {x}{(op.IsFrozen ? " frozen" : "")} with residual", op, [x, c, c, c, c, x],
            Forward,
            (v, dy) =>
            {
                double[] g = [.. Forward(v).Zip(dy, (y, d) => y > 0 ? d : 0)];
                return
                [
                    .. Normalization.BatchNormBackward(v[0], v[1], v[2], g, channels, plane, op.Epsilon, false,
                        op.IsFrozen ? v[3] : null, op.IsFrozen ? v[4] : null),
                    g,
                ];
            },
            Tolerance.Normalization)
        { Draw = (i, count, random) => i == 4 ? Values.Uniform(count, random, 0.5, 2) : Values.Normal(count, random) };

        double[] Forward(double[][] v) =>
        [
            .. Normalization.BatchNorm(v[0], v[1], v[2], channels, plane, op.Epsilon, false,
                op.IsFrozen ? v[3] : null, op.IsFrozen ? v[4] : null).Zip(v[5], (y, r) => Math.Max(0, y + r)),
        ];
    }

    internal static OpCase LocalResponse(Shape x, LocalResponseNorm op)
    {
        int channels = x[1], plane = x.Product(2, 4);
        return new OpCase($"LocalResponseNorm {x} size {op.Size}, beta {op.Beta}", op, [x],
            v => Normalization.LocalResponseNorm(v[0], channels, plane, op.Size, op.Alpha, op.Beta, op.K),
            (v, dy) => [Normalization.LocalResponseNormBackward(
                v[0], dy, channels, plane, op.Size, op.Alpha, op.Beta, op.K)],
            Tolerance.Normalization);
    }
}
