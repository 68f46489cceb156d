using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using static TripletGpu.Backends.Gpu.Launching.KernelSize;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// One tile on a small problem of whole numbers, so few and so small that bfloat16 holds them and float32 their sums:
/// every bit of the result is known, from plain loops on the host. The problems end within a tile, within a step and
/// within a table of the depth.
/// </summary>
static unsafe class TileTrial<TTile>
    where TTile : struct, ITile
{
    static readonly int Rows = TTile.RowStaging == Staging.Fours ? 132 : 130;

    static readonly int Columns = TTile.ColumnStaging == Staging.Fours ? 136 : 135;

    // A four beyond whole steps, where lines along K come in fours.
    static readonly int Depth = Staging.IsAlongK(TTile.RowStaging) ? 84 : 83;

    // Two images of 11 x 13, 3 x 3 filters, padding above and at the left and one line below: 264 pixels. 81 taps of 9
    // channels, or 108 of 12 where they come in fours.
    static readonly ConvolutionShape Shape =
        new(2, TTile.RowStaging == Staging.Quads ? 12 : 9, 11, 13, Rows, 3, 3, 11, 12, 1, 1, 1, 1, 1, 1);

    /// <summary>A product of matrices: what is wrong, in a few words; empty where nothing is.</summary>
    /// <param name="driver">The device's driver.</param>
    /// <param name="launch">Launches it for A, B, C and the groups: only some tiles have it.</param>
    public static string Product(
        IGpuDriver driver,
        Action<LaunchSize, DeviceView<float>, DeviceView<float>, DeviceView<float>, GemmDims> launch)
    {
        float[] a = Whole(Rows * Depth, 23), b = Whole(Depth * Columns, 19), expected = new float[Rows * Columns];
        GemmDims d = GemmDims.Of(
            Rows, Columns, Depth, TTile.RowStaging == Staging.Fours, Staging.IsAlongK(TTile.ColumnStaging));
        for (int row = 0; row < Rows; row++)
            for (int k = 0; k < Depth; k++)
                for (int column = 0; column < Columns; column++)
                    expected[row * Columns + column] +=
                        a[row * d.RowA + k * d.ColumnA] * b[k * d.RowB + column * d.ColumnB];
        return Compare(driver, a, b, expected, (x, y, to) => launch(
            (Groups(Columns, TTile.Size), Groups(Rows, TTile.Size)), x, y, to, d));
    }

    /// <summary>A convolution: what is wrong, as <see cref="Product"/> says it.</summary>
    /// <param name="driver">The device's driver.</param>
    /// <param name="launch">Launches it for x, the filters, y: only some tiles have it.</param>
    public static string Convolution(
        IGpuDriver driver,
        Action<DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionShape> launch)
    {
        ConvolutionShape d = Shape;
        float[] x = Whole(d.N * d.C * d.H * d.W, 23), w = Whole(d.K * d.Taps, 19), expected = new float[
            d.N * d.K * d.Pixels];
        Walk((seen, tap, pixel) =>
        {
            for (int k = 0; k < d.K; k++) expected[Output(k, pixel)] += x[seen] * w[k * d.Taps + tap];
        });
        return Compare(driver, x, w, expected, (from, by, to) => launch(from, by, to, d));
    }

    /// <summary>What launches a gradient of filters: only some tiles have it.</summary>
    /// <param name="driver">The device's driver.</param>
    /// <param name="launch">Launches it for x, the output's gradient, the filters'.</param>
    public static string FilterGradient(
        IGpuDriver driver,
        Action<DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionShape> launch)
    {
        ConvolutionShape d = Shape;
        float[] x = Whole(d.N * d.C * d.H * d.W, 23), dy = Whole(d.N * d.K * d.Pixels, 19), expected = new float[
            d.K * d.Taps];
        Walk((seen, tap, pixel) =>
        {
            for (int k = 0; k < d.K; k++) expected[k * d.Taps + tap] += x[seen] * dy[Output(k, pixel)];
        });
        return Compare(driver, x, dy, expected, (from, gradient, to) => launch(from, gradient, to, d));
    }

    /// <summary>Every element that a pixel sees through a tap, with the numbers of tap and pixel.</summary>
    static void Walk(Action<int, int, int> visit)
    {
        ConvolutionShape d = Shape;
        for (int pixel = 0; pixel < d.N * d.Pixels; pixel++)
            for (int tap = 0; tap < d.Taps; tap++)
            {
                int image = pixel / d.Pixels, channel = tap / (d.R * d.S), rs = tap % (d.R * d.S);
                int h = d.Line(pixel / d.Q % d.P, rs / d.S), w = d.Column(pixel % d.Q, rs % d.S);
                if (h >= 0 && h < d.H && w >= 0 && w < d.W)
                    visit(((image * d.C + channel) * d.H + h) * d.W + w, tap, pixel);
            }
    }

    static int Output(int k, int pixel) =>
        (pixel / Shape.Pixels * Shape.K + k) * Shape.Pixels + pixel % Shape.Pixels;

    /// <summary>Whole numbers around 0, one after the other and not in step with any extent.</summary>
    static float[] Whole(int count, int of) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(i * 7 % of - of / 2))];

    static string Compare(
        IGpuDriver driver, float[] left, float[] right, float[] expected,
        Action<DeviceView<float>, DeviceView<float>, DeviceView<float>> launch)
    {
        float[] actual = new float[expected.Length];
        Array.Fill(actual, float.NaN);
        DeviceView<float>[] views = [Upload(driver, left), Upload(driver, right), Upload(driver, actual)];
        launch(views[0], views[1], views[2]);
        fixed (float* to = actual) driver.Download(views[2].Buffer, 0, to, actual.Length * sizeof(float));
        foreach (DeviceView<float> view in views) driver.Free(view.Buffer);
        int wrong = Enumerable.Range(0, actual.Length).Count(i => actual[i] != expected[i]);
        return wrong == 0 ? "" : $"{wrong:N0} of {actual.Length:N0} elements of a small problem are wrong";
    }

    static DeviceView<float> Upload(IGpuDriver driver, float[] values)
    {
        nint buffer = driver.Allocate(values.Length * sizeof(float));
        fixed (float* from = values) driver.Upload(from, buffer, 0, values.Length * sizeof(float));
        return new(buffer, 0, values.Length);
    }
}
