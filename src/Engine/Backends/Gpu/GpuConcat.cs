using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu;

/// <summary>Joins tensors along an axis on a GPU, and splits their gradients, four in a launch.</summary>
sealed class GpuConcat(IGpuDriver driver, LaunchPlan plan)
{
    // The views of a launch.
    const int Together = 4;

    readonly record struct Part(DeviceView<float> View, int Start, int Length, bool Adds);

    /// <summary>See <see cref="IReduction.Join"/>.</summary>
    public void Join(ReadOnlySpan<Tensor> parts, Tensor y, int axis)
    {
        List<Part> all = [];
        int inner = y.Shape.Product(axis + 1, y.Shape.Rank), start = 0;
        foreach (Tensor part in parts)
        {
            int length = part.Shape[axis] * inner;
            if (part.Count > 0) all.Add(new(part.Floats(), start, length, Adds: false));
            start += length;
        }
        foreach ((DeviceView<float>[] of, JoinDims dims) in Launches(all, start))
            ConcatKernels.LaunchJoin(
                driver, Items(y, axis, dims), of[0], of[1], of[2], of[3], y.Floats(), dims);
    }

    /// <summary>See <see cref="IReduction.Split"/>.</summary>
    public void Split(Tensor y, ReadOnlySpan<Gradient> parts, ReadOnlySpan<int> extents, int axis)
    {
        List<Part> all = [];
        int inner = y.Shape.Product(axis + 1, y.Shape.Rank), start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            int length = extents[i] * inner;
            if (parts[i].Target is { } target && length > 0)
                all.Add(new(target.Floats(), start, length, parts[i].Accumulate));
            start += length;
        }
        foreach ((DeviceView<float>[] of, JoinDims dims) in Launches(all, start))
            ConcatKernels.LaunchSplit(
                driver, Items(y, axis, dims), y.Floats(), of[0], of[1], of[2], of[3], dims);
    }

    /// <summary>
    /// The views and extents of each launch. One tensor given twice, whose second gradient adds to its first, is in
    /// two.
    /// </summary>
    IEnumerable<(DeviceView<float>[] Views, JoinDims Dims)> Launches(List<Part> parts, int width)
    {
        for (int from = 0, to; from < parts.Count; from = to)
        {
            for (to = from + 1; to < Math.Min(from + Together, parts.Count) && !IsThere(parts[to].View); to++)
            {
            }
            Part[] taken = [.. parts[from..to]];
            DeviceView<float>[] views = new DeviceView<float>[Together];
            JoinedPart[] places = new JoinedPart[Together];
            Array.Fill(views, taken[0].View); // of no elements none is read
            for (int i = 0; i < taken.Length; i++)
            {
                views[i] = taken[i].View;
                places[i] = new(taken[i].Start, taken[i].Length, taken[i].Adds ? 1 : 0);
            }
            yield return (
                views, JoinDims.Of(places[0], places[1], places[2], places[3], width, plan.ElementsEach));

            bool IsThere(DeviceView<float> view)
            {
                for (int i = from; i < to; i++)
                    if (parts[i].View.Buffer == view.Buffer && parts[i].View.Offset == view.Offset) return true;
                return false;
            }
        }
    }

    static int Items(Tensor y, int axis, JoinDims dims) =>
        KernelSize.Of((long)y.Shape.Product(0, axis) * dims.ByBlocks.Divisor);
}
