using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Operations of random shapes for <see cref="SweepTests"/>: small ones, extents around those of tiles, vectors and
/// blocks of sums, and now and then a long one, while the oracle's time allows it.
/// </summary>
/// <param name="random">Decides everything.</param>
/// <param name="most">Multiply-adds of a pass at most.</param>
sealed class RandomCases(Random random, long most)
{
    static readonly int[] edges = [4, 8, 14, 16, 24, 28, 32, 48, 64, 96, 128, 256, 384, 512, 768, 1_152, 2_048, 4_096];

    static readonly Dictionary<string, Func<RandomCases, OpCase>> families = new()
    {
        ["MatMul"] = r => r.Product(),
        ["Linear"] = r => r.Layer(),
        ["Conv2d"] = r => r.Convolution(),
        ["Conv2d 3x3"] = r => r.Convolution(taps: 3),
        ["Conv2d 1x1"] = r => r.Convolution(taps: 1),
        ["DepthwiseConv2d"] = r => r.Depthwise(),
        ["Conv2dReluMaxPool"] = r => r.ConvolutionReluMaxPool(),
        ["Pooling"] = r => r.Pooling(),
        ["Normalization"] = r => r.Normalization(),
        ["Reduction"] = r => r.Reduction(),
    };

    /// <summary>Names of the families.</summary>
    public static IEnumerable<string> Families => families.Keys;

    /// <summary>The next case of a family.</summary>
    public OpCase Next(string family) => families[family](this);

    OpCase Product()
    {
        int[] extents = Within(3, 5_000);
        return Flip() ? MatMulTests.Product(extents[0], extents[1], extents[2])
            : MatMulTests.Product(random.Next(1, 9), extents[0] / 4 + 1, extents[1], extents[2] / 2 + 1);
    }

    OpCase Layer()
    {
        int[] extents = Within(3, 5_000);
        return MatMulTests.Layer(extents[0], extents[1], extents[2], Flip());
    }

    OpCase Convolution(int taps = 0)
    {
        while (true)
        {
            int r = taps > 0 ? taps : 1 + random.Next(7), s = taps > 0 || Flip() ? r : 1 + random.Next(7);
            ConvolutionGeometry geometry = Geometry(r, s);
            int c = Channels(700), k = Channels(700), n = Few(1, 9), h = Extent(64), w = Flip() ? h : Extent(64);
            Shape x = new(n, c, h, w), weight = new(k, c, r, s);
            var shape = geometry.Over(x, weight);
            if (shape.P < 1 || shape.Q < 1 || (long)n * k * shape.P * shape.Q * c * r * s > most) continue;
            bool mayBeWinograd = r == s && r is 3 or 5;
            return Conv2dTests.Case($"{x} by {weight}, {geometry}", new(n, c, h, w, k, r, s, geometry),
                mayBeWinograd ? Tolerance.Winograd : Tolerance.Sum, bias: Flip(), residual: Flip(), relu: Flip());
        }
    }

    OpCase Depthwise()
    {
        while (true)
        {
            // A launch has a group for each tap of a channel, for which ILGPU's CPU accelerator takes milliseconds.
            bool isSlow = most < 1_000_000;
            int side = isSlow ? 3 : 7, r = 1 + random.Next(side), s = Flip() ? r : 1 + random.Next(side);
            ConvolutionGeometry geometry = Geometry(r, s);
            Shape x = new(Few(1, 9), Channels(isSlow ? 20 : 300), Extent(64), Extent(64));
            var shape = geometry.Over(x, new(x[1], 1, r, s));
            if (shape.P < 1 || shape.Q < 1 || x[0] * x[1] * shape.P * (long)shape.Q * r * s > most / 4) continue;
            return DepthwiseConv2dTests.Case($"{x} by {r} x {s}, {geometry}", x, r, s, geometry, Flip());
        }
    }

    OpCase ConvolutionReluMaxPool()
    {
        while (true)
        {
            int r = Few(1, 6), s = Flip() ? r : Few(1, 6), padding = Few(0, 3);
            Shape x = new(Few(1, 9), Channels(80), Extent(40), Extent(40)), weight = new(Channels(80), x[1], r, s);
            int p = x[2] + 2 * padding - r + 1, q = x[3] + 2 * padding - s + 1;
            if (p < 2 || q < 2 || x[0] * weight.Count * p * q > most) continue;
            return Conv2dReluMaxPoolTests.Case($"{x} by {weight}, padding {padding}", x, weight, padding);
        }
    }

    OpCase Pooling()
    {
        while (true)
        {
            Shape x = new(Few(1, 6), Channels(300), Extent(64), Extent(64));
            int r = Few(1, 7), s = Flip() ? r : Few(1, 7);
            PoolingWindow window = Flip()
                ? PoolingWindow.Square(r, Few(1, 4), Few(0, r), Flip())
                : new(r, s, Few(1, 5), Few(1, 5), Few(0, r), Few(0, s), Few(0, r), Few(0, s), Flip());
            if (x[2] + window.Top + window.Bottom < window.Height || x[3] + window.Left + window.Right < window.Width
                || x.Count * window.Height * window.Width > most / 4) continue;
            string name = $"{x} by {window}";
            return random.Next(4) switch
            {
                0 => PoolingCases.Max(name, x, window),
                1 => PoolingCases.L2(name, x, window),
                _ => PoolingCases.Average(name, x, window, countsPadding: Flip()),
            };
        }
    }

    OpCase Normalization()
    {
        while (true)
        {
            Shape x = new(Few(1, 40), Channels(400), Extent(64), Extent(64));
            if (x.Count > most / 16) continue;
            return random.Next(4) switch
            {
                // A channel with fewer values than that has a variance of hardly anything but rounding.
                0 when x[0] * x[2] * x[3] > 8 => NormalizationCases.BatchNorm(x, new BatchNorm2d(Flip())),
                1 when x[0] * x[2] * x[3] > 8 => NormalizationCases.BatchNorm(x, new BatchNormRelu(Flip())),
                2 when x[0] * x[2] * x[3] > 8 =>
                    NormalizationCases.WithResidual(x, new BatchNormRelu(Flip()) { HasResidual = true }),
                _ => NormalizationCases.LocalResponse(
                    x, new LocalResponseNorm(Few(1, 12), 0.5f, Flip() ? 0.75f : 0.6f, Few(1, 3))),
            };
        }
    }

    OpCase Reduction()
    {
        while (true)
        {
            int rank = Few(1, 6);
            Shape x = new([.. Enumerable.Range(0, rank).Select(_ => Extent(rank > 3 ? 40 : 3_000))]);
            if (x.Count > most / 16) continue;
            int axis = random.Next(rank), extent = x[axis];
            switch (random.Next(6))
            {
                case 0:
                    return ReductionCases.Sum(
                        $"{x}", x, new([.. x.ToArray().Select(e => Flip() ? 1 : e)]), Flip() ? 1 : 0.5f);
                case 1:
                    int[] order = [.. Enumerable.Range(0, rank)];
                    random.Shuffle(order);
                    return ReductionCases.Permute($"{x} to {string.Join(" ", order)}", x, order);
                case 2:
                    return ReductionCases.Concat(
                        $"{x} along {axis}", axis,
                        [.. Enumerable.Range(0, Few(1, 5)).Select(_ => x.With(axis, Extent(40)))]);
                case 3:
                    int step = Few(1, 4), first = random.Next(extent), length = 1 + (extent - 1 - first) / step;
                    return Flip()
                        ? ReductionCases.Stepped($"{x} from {first} by {step}", x, axis, first, length, step)
                        : ReductionCases.Stepped($"{x} backwards from {first} by {step}", x, axis,
                            first, 1 + first / step, -step);
                case 4:
                    return ReductionCases.LogSoftmax($"{x}", x);
                default:
                    return ReductionCases.Pad($"{x}", x,
                        new([.. Enumerable.Range(0, rank).Select(_ => Few(0, 4))]),
                        new([.. Enumerable.Range(0, rank).Select(_ => Few(0, 4))]), Flip() ? 0 : 1);
            }
        }
    }

    ConvolutionGeometry Geometry(int r, int s) => Flip()
        ? new(1, padding: r / 2)
        : new(Few(1, 3), Few(1, 3), Few(0, r), Few(0, s), Few(0, r), Few(0, s), Few(1, 3), Few(1, 3));

    bool Flip() => random.Next(2) == 0;

    /// <summary>At least <paramref name="low"/>, below <paramref name="high"/>, small ones more often.</summary>
    int Few(int low, int high) => low + (int)((high - low) * random.NextDouble() * random.NextDouble());

    /// <summary>Often whole blocks of channels, which lie in memory in other ways.</summary>
    int Channels(int largest) => Flip() ? Extent(largest) : 16 * (1 + Few(0, largest / 16));

    int Extent(int largest)
    {
        while (true)
        {
            int extent = random.Next(3) switch
            {
                0 => 1 + random.Next(20),
                1 => edges[random.Next(edges.Length)] + random.Next(-1, 2),
                _ => (int)Math.Exp(random.NextDouble() * Math.Log(largest + 0.99)),
            };
            if (extent <= largest) return extent;
        }
    }

    int[] Within(int count, int largest)
    {
        while (true)
        {
            int[] extents = [.. Enumerable.Range(0, count).Select(_ => Extent(largest))];
            if (extents.Aggregate(1L, (product, extent) => product * extent) <= most) return extents;
        }
    }
}
