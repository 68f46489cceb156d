using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// One small product in each tile on tensor cores, before anything is trained with them: its operands are whole numbers
/// that TF32 holds, so that every bit of the result is known.
/// </summary>
static unsafe class TensorCoreTest
{
    const int Rows = 65, Columns = 70, Depth = 19;

    /// <summary>What is wrong, in one line; empty where both tiles give what they should.</summary>
    public static string Run(IGpuDriver driver)
    {
        float[] a = [.. Enumerable.Range(0, Rows * Depth).Select(i => (float)(i * 7 % 23 - 11))];
        float[] b = [.. Enumerable.Range(0, Depth * Columns).Select(i => (float)(i * 5 % 19 - 9))];
        float[] expected = new float[Rows * Columns];
        for (int row = 0; row < Rows; row++)
            for (int column = 0; column < Columns; column++)
                for (int k = 0; k < Depth; k++)
                    expected[row * Columns + column] += a[row * Depth + k] * b[k * Columns + column];
        DeviceView<float> left = Upload(driver, a), right = Upload(driver, b), result = Upload(driver, expected);
        string fault = Fault<Tensor64x64>(driver, left, right, result, expected);
        if (fault == "") fault = Fault<Tensor128x128>(driver, left, right, result, expected);
        foreach (DeviceView<float> view in (DeviceView<float>[])[left, right, result]) driver.Free(view.Buffer);
        return fault;
    }

    static string Fault<TTile>(
        IGpuDriver driver, DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, float[] expected)
        where TTile : struct, ITile
    {
        const int groupsX = (Columns + 63) / 64, groupsY = (Rows + 63) / 64;
        float[] actual = new float[expected.Length];
        Array.Fill(actual, float.NaN);
        fixed (float* from = actual) driver.Upload(from, c.Buffer, 0, actual.Length * sizeof(float));
        GemmKernels.LaunchTiled<TTile>(driver, (groupsX, groupsY), a, b, c, GemmDims.Of(Rows, Columns, Depth));
        fixed (float* to = actual) driver.Download(c.Buffer, 0, to, actual.Length * sizeof(float));
        int wrong = Enumerable.Range(0, actual.Length).Count(i => actual[i] != expected[i]);
        return wrong == 0 ? ""
            : $"the tensor cores of {driver.Capabilities.Name} compute wrongly: {wrong} of {actual.Length} elements"
                + $" of a small product in {typeof(TTile).Name}";
    }

    static DeviceView<float> Upload(IGpuDriver driver, float[] values)
    {
        nint buffer = driver.Allocate(values.Length * sizeof(float));
        fixed (float* from = values) driver.Upload(from, buffer, 0, values.Length * sizeof(float));
        return new(buffer, 0, values.Length);
    }
}
