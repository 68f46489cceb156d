using TripletGpu.Backends.Cpu.PairLosses;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Losses on pairs on the CPU: for each strip a matrix product, then a row a thread, by the functions that kernels use.
/// </summary>
sealed unsafe class CpuPairLosses<V>(CpuBackend cpu) : IPairLosses where V : unmanaged, ITileVector<V>
{
    // Pairs of rows that are not worth another thread.
    const int FewPairs = 2_048;

    public void Measure<TLoss>(TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor value)
        where TLoss : unmanaged, IPairLoss
    {
        int n = batch.A.Shape[0], each = batch.StripRows;
        float* strip = Strip(batch), to = rows.Floats();
        for (int start = 0; start < n; start += each)
        {
            int first = start, count = Math.Min(each, n - first);
            Multiply(batch, first, count, strip);
            PairStrip pairs = new(strip, batch, first);
            cpu.Workers.For(count, FewPairs / pairs.Columns + 1, (from, end) =>
            {
                for (int line = from; line < end; line++)
                {
                    PairRow row = pairs.Measure(loss, line);
                    PairRow.Conclude(loss, row, out PairValue value);
                    PairStrip.Store(to + (long)(first + line) * PairRow.Length, row, value);
                }
            });
        }
        Total(to, n, totals.Floats(), value.Floats());
    }

    public void Gradient<TLoss>(
        TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor dy, Gradient da, Gradient db)
        where TLoss : unmanaged, IPairLoss
    {
        if (!da.IsNeeded && !db.IsNeeded) return;
        int n = batch.A.Shape[0], d = batch.A.Shape[1], width = batch.B.Shape[0], each = batch.StripRows;
        (bool addsToA, bool addsToB) = PairBatch.Order(da, db);
        float* strip = Strip(batch), from = rows.Floats(), counts = totals.Floats();
        float g = dy.Floats()[0], one = counts[0] > 0 ? g / counts[0] : 0, two = counts[1] > 0 ? g / counts[1] : 0;
        for (int start = 0; start < n; start += each)
        {
            int first = start, count = Math.Min(each, n - first);
            Multiply(batch, first, count, strip);
            PairStrip pairs = new(strip, batch, first);
            cpu.Workers.For(count, FewPairs / pairs.Columns + 1, (line, end) =>
            {
                for (; line < end; line++)
                    pairs.PutSlopes(loss, line, from + (long)(first + line) * PairRow.Length, one, two);
            });
            if (db.IsNeeded)
                CpuMatMul<V>.Multiply(
                    cpu, strip, true, batch.A.Floats() + (long)first * d, false, db.Target.Floats(), width, d, count,
                    addsToB || first > 0);
            if (da.IsNeeded)
                CpuMatMul<V>.Multiply(
                    cpu, strip, false, batch.B.Floats(), false, da.Target.Floats() + (long)first * d, count, d, width,
                    addsToA);
        }
    }

    float* Strip(PairBatch batch) => cpu.Strips.Begin().Take((long)batch.StripRows * batch.B.Shape[0]);

    /// <summary>Rows first .. first + count - 1 times all columns.</summary>
    void Multiply(PairBatch batch, int first, int count, float* strip)
    {
        int d = batch.A.Shape[1];
        CpuMatMul<V>.Multiply(
            cpu, batch.A.Floats() + (long)first * d, false, batch.B.Floats(), true, strip, count, batch.B.Shape[0], d,
            add: false);
    }

    static void Total(float* rows, int n, float* counts, float* value)
    {
        double first = 0, firstCount = 0, second = 0, secondCount = 0;
        for (int i = 0; i < n; i++, rows += PairRow.Length)
        {
            first += rows[PairRow.First];
            firstCount += rows[PairRow.FirstCount];
            second += rows[PairRow.Second];
            secondCount += rows[PairRow.SecondCount];
        }
        (counts[0], counts[1]) = ((float)firstCount, (float)secondCount);
        value[0] = (float)(Part(first, firstCount) + Part(second, secondCount));
    }

    /// <summary>0 where nothing counts; of a row that is not finite the sum is NaN even then.</summary>
    static double Part(double sum, double count) => count > 0 ? sum / count : sum - sum;
}
