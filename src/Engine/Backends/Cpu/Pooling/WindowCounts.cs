using System.Runtime.InteropServices;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>How many elements an average divides by: Rows[p] * Columns[q].</summary>
readonly unsafe ref struct WindowCounts : IDisposable
{
    public WindowCounts(PlaneWindow d, bool countPadding)
    {
        Rows = Counts(d.P, d.R, d.StrideH, d.Top, d.H, d.Bottom, countPadding);
        Columns = Counts(d.Q, d.S, d.StrideW, d.Left, d.W, d.Right, countPadding);
    }

    public float* Rows { get; }

    public float* Columns { get; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Rows);
        NativeMemory.AlignedFree(Columns);
    }

    static float* Counts(int windows, int kernel, int stride, int before, int size, int after, bool countPadding)
    {
        float* counts = PlaneView.Allocate(windows, 1);
        for (int i = 0; i < windows; i++)
        {
            int from = i * stride - before, to = Math.Min(from + kernel, size + after);
            counts[i] = countPadding ? to - from : Math.Min(to, size) - Math.Max(from, 0);
        }
        return counts;
    }
}
