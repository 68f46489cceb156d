using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.Backends.Gpu.PairLosses;

/// <summary>Losses on pairs on a GPU: for each strip a matrix product, then a kernel over its rows or pairs.</summary>
sealed class GpuPairLosses(IGpuDriver driver, LaunchPlan plan, GpuProducts products, GpuScratch scratch) : IPairLosses
{
    public void Measure<TLoss>(TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor value)
        where TLoss : unmanaged, IPairLoss
    {
        int n = batch.A.Shape[0], each = batch.StripRows;
        for (int first = 0; first < n; first += each)
        {
            int count = Math.Min(each, n - first);
            DeviceView<float> strip = Similarities(batch, first, count);
            if (plan.UsesPanels) Measure<TLoss, RowItem>(loss, strip, batch, first, count, rows);
            else Measure<TLoss, RowGroup>(loss, strip, batch, first, count, rows);
        }
        PairLossKernels.LaunchTotal(driver, 1, rows.Floats(), totals.Floats(), value.Floats(), n);
    }

    public void Gradient<TLoss>(
        TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor dy, Gradient da, Gradient db)
        where TLoss : unmanaged, IPairLoss
    {
        if (!da.IsNeeded && !db.IsNeeded) return;
        int n = batch.A.Shape[0], d = batch.A.Shape[1], width = batch.B.Shape[0], each = batch.StripRows;
        (bool addsToA, bool addsToB) = PairBatch.Order(da, db);
        for (int first = 0; first < n; first += each)
        {
            int count = Math.Min(each, n - first);
            PairDims dims = batch.Dims(first);
            DeviceView<float> strip = Similarities(batch, first, count);
            PairLossKernels.LaunchSlope(
                driver, KernelSize.Of((long)count * dims.Columns), strip, batch.LabelsA.Ints(), batch.LabelsB.Ints(),
                rows.Floats(), totals.Floats(), dy.Floats(), loss, dims);
            if (db.IsNeeded)
                products.Run(
                    strip, batch.A.Floats().Slice(first * d, count * d), bias: null, db.Target.Floats(),
                    GemmDims.Of(width, d, count, transposeA: true, accumulate: addsToB || first > 0));
            if (da.IsNeeded)
                products.Run(
                    strip, batch.B.Floats(), bias: null, da.Target.Floats().Slice(first * d, count * d),
                    GemmDims.Of(count, d, width, accumulate: addsToA));
        }
    }

    void Measure<TLoss, TShape>(
        TLoss loss, DeviceView<float> strip, PairBatch batch, int first, int count, Tensor rows)
        where TLoss : unmanaged, IPairLoss where TShape : struct, IRowShape =>
        PairLossKernels.LaunchMeasure<TLoss, TShape>(
            driver, count, strip, batch.LabelsA.Ints(), batch.LabelsB.Ints(), rows.Floats(), loss, batch.Dims(first));

    /// <summary>Rows first .. first + count - 1 times all columns.</summary>
    DeviceView<float> Similarities(PairBatch batch, int first, int count)
    {
        int d = batch.A.Shape[1], width = batch.B.Shape[0];
        DeviceView<float> strip = scratch.Take(ScratchUse.Similarities, (long)count * width);
        products.Run(
            batch.A.Floats().Slice(first * d, count * d), batch.B.Floats(), bias: null, strip,
            GemmDims.Of(count, width, d, transposeB: true));
        return strip;
    }
}
