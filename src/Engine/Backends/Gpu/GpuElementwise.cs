using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// Elementwise functions on a GPU: one kernel for each access pattern, bound to the function at load.
/// </summary>
sealed class GpuElementwise(IGpuDriver driver) : IElementwise
{
    /// <summary>From here on a group shares the sum of one broadcast element.</summary>
    public const int LongSum = 512;

    public void Unary<TMath>(Tensor x, Tensor y) where TMath : struct, IUnaryMath =>
        ElementwiseKernels.LaunchMap<TMath>(driver, y.Items(), x.Floats(), y.Floats());

    public void UnaryBackward<TMath>(Tensor x, Tensor y, Tensor dy, Gradient dx) where TMath : struct, IUnaryMath
    {
        if (!dx.IsNeeded) return;
        ElementwiseKernels.LaunchMapBackward<TMath>(
            driver, dy.Items(), Read(x, TMath.Reads, Reads.Inputs, dy), Read(y, TMath.Reads, Reads.Output, dy),
            dy.Floats(),
            dx.Target.Floats(), dx.Adds());
    }

    public void Binary<TMath>(Tensor a, Tensor b, Tensor y) where TMath : struct, IBinaryMath
    {
        if (a.Shape == y.Shape && b.Shape == y.Shape)
            ElementwiseKernels.LaunchZip<TMath>(driver, y.Items(), a.Floats(), b.Floats(), y.Floats());
        else
            ElementwiseKernels.LaunchZipBroadcast<TMath>(
                driver, y.Items(), a.Floats(), b.Floats(), y.Floats(), new Broadcast(a.Shape, b.Shape, y.Shape).Dims);
    }

    public void BinaryBackward<TMath>(Tensor a, Tensor b, Tensor y, Tensor dy, Gradient da, Gradient db)
        where TMath : struct, IBinaryMath
    {
        var broadcast = new Broadcast(a.Shape, b.Shape, dy.Shape);
        DeviceView<float> readA = Read(a, TMath.Reads, Reads.Inputs, dy),
            readB = Read(b, TMath.Reads, Reads.Inputs, dy);
        DeviceView<float> readY = Read(y, TMath.Reads, Reads.Output, dy);
        // Where an operand is not read its stride must not lead beyond what stands in for it: dy is the largest.
        BroadcastDims dims = broadcast.Dims;
        if (da.IsNeeded)
        {
            BroadcastBox box = broadcast.BoxA;
            if (a.Shape == b.Shape)
                ElementwiseKernels.LaunchZipBackwardA<TMath>(
                    driver, dy.Items(), readA, readB, readY, dy.Floats(), da.Target.Floats(), da.Adds());
            else if (box.Count < LongSum)
                BroadcastBackwardKernels.LaunchSumByItemA<TMath>(
                    driver, da.Target.Items(), readA, readB, readY, dy.Floats(), da.Target.Floats(), dims, box,
                    da.Adds());
            else
                BroadcastBackwardKernels.LaunchGatherA<TMath>(
                    driver, da.Target.Items(), readA, readB, readY, dy.Floats(), da.Target.Floats(), dims, box,
                    da.Adds());
        }
        if (db.IsNeeded)
        {
            BroadcastBox box = broadcast.BoxB;
            if (a.Shape == b.Shape)
                ElementwiseKernels.LaunchZipBackwardB<TMath>(
                    driver, dy.Items(), readA, readB, readY, dy.Floats(), db.Target.Floats(), db.Adds());
            else if (box.Count < LongSum)
                BroadcastBackwardKernels.LaunchSumByItemB<TMath>(
                    driver, db.Target.Items(), readA, readB, readY, dy.Floats(), db.Target.Floats(), dims, box,
                    db.Adds());
            else
                BroadcastBackwardKernels.LaunchGatherB<TMath>(
                    driver, db.Target.Items(), readA, readB, readY, dy.Floats(), db.Target.Floats(), dims, box,
                    db.Adds());
        }
    }

    public void WithScalar<TMath>(Tensor a, float b, Tensor y) where TMath : struct, IBinaryMath =>
        ElementwiseKernels.LaunchMapWithScalar<TMath>(driver, y.Items(), a.Floats(), y.Floats(), b);

    public void WithScalarBackward<TMath>(Tensor a, float b, Tensor y, Tensor dy, Gradient da)
        where TMath : struct, IBinaryMath
    {
        if (!da.IsNeeded) return;
        ElementwiseKernels.LaunchMapWithScalarBackward<TMath>(
            driver, dy.Items(), Read(a, TMath.Reads, Reads.Inputs, dy), Read(y, TMath.Reads, Reads.Output, dy),
            dy.Floats(),
            da.Target.Floats(), b, da.Adds());
    }

    public void Affine(Tensor x, float scale, float shift, Gradient y)
    {
        if (y.IsNeeded)
            ElementwiseKernels.LaunchAffine(driver, x.Items(), x.Floats(), y.Target.Floats(), scale, shift, y.Adds());
    }

    public void Dropout(Tensor x, DropoutMask mask, Gradient y)
    {
        if (!y.IsNeeded) return;
        var dims = new DropoutDims(
            (uint)mask.Seed, (uint)(mask.Seed >> 32), (uint)mask.Stream, (uint)(mask.Stream >> 32), mask.Step,
            mask.Threshold,
            mask.Scale);
        DropoutKernels.LaunchApply(driver, x.Items(), x.Floats(), y.Target.Floats(), dims, y.Adds());
    }

    /// <summary>
    /// The values, where the function reads them; elsewhere they may have been released and dy stands in.
    /// </summary>
    static DeviceView<float> Read(Tensor x, Reads reads, Reads what, Tensor dy) =>
        (reads & what) != 0 ? x.Floats() : dy.Floats();
}
