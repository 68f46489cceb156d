using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>A result of whole tiles, nearly square, that tiles are measured on.</summary>
/// <param name="Rows">Tiles down.</param>
/// <param name="Columns">Tiles across.</param>
/// <param name="Side">Of a tile.</param>
sealed record TuneGrid(int Rows, int Columns, int Side)
{
    // 3 x 3 filters on maps of 8 x 8, which fill a tile's columns in whole images, and half ones of 128.
    const int Taps = 3 * 3, Map = 8;

    /// <summary>Groups that compute it.</summary>
    public int Groups => Rows * Columns;

    /// <summary>The grid of about so many tiles.</summary>
    public static TuneGrid Of(int tiles, int side)
    {
        int rows = (int)Math.Sqrt(tiles);
        return new(rows, tiles / rows, side);
    }

    /// <summary>
    /// What computes it once, of values that belong to the current step, and the terms of each sum.
    /// </summary>
    /// <param name="device">Where.</param>
    /// <param name="by">Its backend with the tile.</param>
    /// <param name="use">What is multiplied.</param>
    /// <param name="depth">About how many terms a sum should have.</param>
    public (Action Call, int Depth) Prepare(Device device, GpuBackend by, TileUse use, int depth)
    {
        int m = Rows * Side, n = Columns * Side;
        if (use == TileUse.Product)
        {
            Tensor a = BenchTensor.Normal(device, m, depth), b = BenchTensor.Normal(device, depth, n);
            Gradient c = new(device.Empty(new Shape(m, n)), Accumulate: false);
            return (() => by.MatMul.Multiply(a, false, b, false, c), depth);
        }
        bool isForward = use == TileUse.Convolution;
        // Lines of filters in fours, as the networks have them: they are read 16 bytes at a time.
        int images = (isForward ? n : depth) / (Map * Map), channels = isForward ? depth / Taps / 4 * 4 : n / Taps;
        ConvolutionShape d = new(images, channels, Map, Map, m, 3, 3, Map, Map, 1, 1, 1, 1, 1, 1);
        Tensor x = BenchTensor.Normal(device, images, channels, Map, Map);
        Shape filters = new(m, channels, 3, 3), results = new(images, m, Map, Map);
        if (isForward)
        {
            Tensor weight = BenchTensor.Normal(device, filters.ToArray()), y = device.Empty(results);
            return (() => by.Convolution.Forward(x, weight, null, null, y, d, ClipRange.None), d.Taps);
        }
        Tensor dy = BenchTensor.Normal(device, results.ToArray());
        Gradient dw = new(device.Empty(filters), Accumulate: false);
        return (() => by.Convolution.BackwardWeight(x, dy, dw, d), d.N * d.Pixels);
    }
}
