using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Max, average, L2 and global average pooling.</summary>
public static class PoolingCases
{
    static readonly (string Name, Shape X, PoolingWindow Window)[] Geometries =
    [
        ("3x3/2 padding 1", new(2, 3, 13, 13), PoolingWindow.Square(3, 2, 1)),
        ("3x3/2 ceil", new(1, 5, 12, 14), PoolingWindow.Square(3, 2, 0, ceilMode: true)),
        ("3x3/2 padding 1 ceil", new(1, 2, 112, 56), PoolingWindow.Square(3, 2, 1, ceilMode: true)),
        ("3x3/1 padding 1, 7px", new(2, 17, 7, 7), PoolingWindow.Square(3, 1, 1)),
        ("3x3/1 padding 1, 4px of many planes", new(2, 19, 4, 4), PoolingWindow.Square(3, 1, 1)),
        ("3x3/2 padding 1 ceil, many planes", new(3, 11, 8, 7), PoolingWindow.Square(3, 2, 1, ceilMode: true)),
        ("3x2/1x3 padding at the end only, many planes", new(1, 32, 6, 20), new PoolingWindow(3, 2, 1, 3, 0, 0, 1, 1)),
        ("1x1/3, many planes", new(2, 8, 10, 10), PoolingWindow.Square(1, 3)),
        ("3x3/1 padding 1, 33px", new(1, 3, 5, 33), PoolingWindow.Square(3, 1, 1)),
        ("3x3/1 padding 1, 1px", new(1, 1, 1, 1), PoolingWindow.Square(3, 1, 1)),
        ("3x3/1 padding 1, 1px of many planes", new(2, 21, 1, 1), PoolingWindow.Square(3, 1, 1)),
        ("3x3/1 padding 1, 2px of many planes", new(3, 13, 2, 2), PoolingWindow.Square(3, 1, 1)),
        ("3x3/1 padding 1, 14px", new(2, 9, 14, 14), PoolingWindow.Square(3, 1, 1)),
        ("5x5/1 padding 2, 3px", new(1, 7, 3, 3), PoolingWindow.Square(5, 1, 2)),
        ("2x3/1, padding of its own on each side", new(2, 5, 6, 5), new PoolingWindow(2, 3, 1, 1, 0, 2, 1, 0)),
        ("1x41/1 of 3 pixels", new(1, 2, 1, 3), new PoolingWindow(1, 41, 1, 1, 0, 20, 0, 20)),
        ("201x1/1 of 2 lines", new(1, 1, 2, 48), new PoolingWindow(201, 1, 1, 1, 100, 0, 100, 0)),
        ("2x2/2", new(3, 5, 28, 28), PoolingWindow.Square(2, 2)),
        ("2x2/2 last row and column unused", new(1, 1, 7, 9), PoolingWindow.Square(2, 2)),
        ("1x1/3", new(1, 3, 10, 10), PoolingWindow.Square(1, 3)),
        ("7x7 whole map", new(2, 3, 7, 7), PoolingWindow.Square(7, 1)),
        ("2x5/3x4, padding of its own on each side", new(2, 2, 9, 47), new PoolingWindow(2, 5, 3, 4, 1, 3, 0, 2)),
        ("3x2/1x3 padding at the end only", new(1, 4, 6, 20), new PoolingWindow(3, 2, 1, 3, 0, 0, 1, 1)),
        ("5x5/3 padding 2 ceil", new(1, 2, 17, 18), PoolingWindow.Square(5, 3, 2, ceilMode: true)),
    ];

    public static IEnumerable<OpCase> Cases
    {
        get
        {
            foreach ((string name, Shape x, PoolingWindow window) in Geometries)
            {
                yield return Max(name, x, window);
                yield return L2(name, x, window);
                yield return Average(name, x, window, countsPadding: true);
                yield return Average($"{name}, image only", x, window, countsPadding: false);
            }
            // Few values: equal maxima in most windows, and the first of them gets the gradient.
            Shape image = new(2, 2, 9, 11);
            foreach (int stride in (int[])[1, 2])
            {
                PoolingWindow tied = PoolingWindow.Square(3, stride, 1);
                yield return new OpCase($"MaxPool2d ties, stride {stride}", new MaxPool2d(tied), [image],
                    v => Oracle(image, tied).Max(v[0]), (v, dy) => [Oracle(image, tied).MaxBackward(v[0], dy)],
                    Tolerance.Elementwise)
                { Draw = (_, count, random) => Values.Integers(count, random, 2), IsSmooth = false };
            }
            // After a ReLU most of a map is zero, and some windows are all zero.
            PoolingWindow l2 = PoolingWindow.Square(3, 1, 1);
            yield return new OpCase("L2Pool2d all-zero windows", new L2Pool2d(l2), [image],
                v => Oracle(image, l2).L2(v[0]), (v, dy) => [Oracle(image, l2).L2Backward(v[0], dy)], Tolerance.Sum)
            {
                Draw = (_, count, random) => Array.ConvertAll(Values.Normal(count, random), v => v > 1.4 ? v : 0),
                IsSmooth = false,
            };
            foreach (Shape x in (Shape[])[new(2, 3, 7, 7), new(1, 17, 1, 1), new(3, 1, 13, 19), new(1, 2, 56, 112)])
            {
                int plane = x.Product(2, 4);
                yield return new OpCase($"GlobalAveragePool {x}", new GlobalAveragePool(), [x],
                    v => [.. v[0].Chunk(plane).Select(p => p.Average())],
                    (_, dy) => [[.. dy.SelectMany(d => Enumerable.Repeat(d / plane, plane))]], Tolerance.Sum);
            }
        }
    }

    internal static OpCase Max(string name, Shape x, PoolingWindow window)
    {
        Pooling oracle = Oracle(x, window);
        return new OpCase($"MaxPool2d {name}", new MaxPool2d(window), [x],
            v => oracle.Max(v[0]), (v, dy) => [oracle.MaxBackward(v[0], dy)], Tolerance.Elementwise);
    }

    internal static OpCase L2(string name, Shape x, PoolingWindow window)
    {
        Pooling oracle = Oracle(x, window);
        return new OpCase($"L2Pool2d {name}", new L2Pool2d(window), [x],
            v => oracle.L2(v[0]), (v, dy) => [oracle.L2Backward(v[0], dy)], Tolerance.Sum);
    }

    internal static OpCase Average(string name, Shape x, PoolingWindow window, bool countsPadding)
    {
        Pooling oracle = Oracle(x, window);
        return new OpCase($"AveragePool2d {name}", new AveragePool2d(window, countsPadding), [x],
            v => oracle.Average(v[0], countsPadding), (v, dy) => [oracle.AverageBackward(dy, countsPadding)],
            Tolerance.Sum);
    }

    static Pooling Oracle(Shape x, PoolingWindow w) => new(
        x[0] * x[1], x[2], x[3], w.Height, w.Width, w.StrideH, w.StrideW, w.Top, w.Left, w.Bottom, w.Right, w.CeilMode);
}
