using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Pooling of planes. Threads share them, and as they are independent no sum depends on the number of threads.
/// </summary>
sealed unsafe class PlanePooling<V>(CpuBackend cpu) : IPooling where V : unmanaged, ITileVector<V>
{
    // By what is pooled: a network has some, an ONNX file whose inputs vary might have many.
    const int MostKnown = 64;
    readonly Dictionary<(PlaneWindow Dims, bool OfInputs), ShiftedPlanes<V>> known = [];

    public void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d)
    {
        float* from = x.Floats(), to = y.Floats(), chosen = taps.Floats();
        if (Shifted(y, d, ofInputs: false) is { } shifted)
        {
            ForVectors(y, (first, last, count) => shifted.Max(from, to, chosen, first, last, count));
            return;
        }
        if (PlaneLanes<V>.IsFor(Planes(y), d))
        {
            ForBlocks(y, d, (lanes, first, planes) => lanes.Max(
                from + (long)first * d.H * d.W, to + (long)first * d.P * d.Q,
                chosen + (long)first * d.P * d.Q, planes));
            return;
        }
        ForPlanes(y, d, (first, last) =>
        {
            using PaddedPlane<V> padded = new(d, float.NegativeInfinity);
            float* firstColumn = MaxWindows<V>.FirstColumns(d);
            for (int n = first; n < last; n++)
            {
                padded.Fill(from + (long)n * d.H * d.W);
                long at = (long)n * d.P * d.Q;
                MaxWindows<V>.Forward(padded, d, firstColumn, to + at, chosen + at);
            }
            NativeMemory.AlignedFree(firstColumn);
        });
    }

    public bool HasMaxAlone => true;

    public void Max(Tensor x, Tensor y, PlaneWindow d)
    {
        float* from = x.Floats(), to = y.Floats();
        if (Shifted(y, d, ofInputs: false) is { } shifted)
        {
            ForVectors(y, (first, last, count) => shifted.Max(from, to, null, first, last, count));
            return;
        }
        if (PlaneLanes<V>.IsFor(Planes(y), d))
        {
            ForBlocks(y, d, (lanes, first, planes) => lanes.Reduce(
                new Largest<V>(), from + (long)first * d.H * d.W, to + (long)first * d.P * d.Q, planes));
            return;
        }
        ForPlanes(y, d, (first, last) =>
        {
            using PaddedPlane<V> padded = new(d, float.NegativeInfinity);
            float* lines = PlaneView.Allocate(MaxOfLines<V>.Floats(d), 0);
            for (int n = first; n < last; n++)
            {
                padded.Fill(from + (long)n * d.H * d.W);
                MaxOfLines<V>.Run(padded.View, d, lines, to + (long)n * d.P * d.Q);
            }
            NativeMemory.AlignedFree(lines);
        });
    }

    public void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d)
    {
        float* chosen = taps.Floats(), from = dy.Floats(), to = dx.Target!.Floats();
        if (Shifted(dy, d, ofInputs: true) is { } shifted)
        {
            ForVectors(dy, (first, last, count) =>
                shifted.MaxBackward(chosen, from, to, first, last, count, dx.Accumulate));
            return;
        }
        if (PlaneLanes<V>.IsFor(Planes(dy), d))
        {
            ForBlocks(dy, d, (lanes, first, planes) => lanes.MaxBackward(
                chosen + (long)first * d.P * d.Q, from + (long)first * d.P * d.Q,
                to + (long)first * d.H * d.W, planes, dx.Accumulate));
            return;
        }
        ForPlanes(dy, d, (first, last) =>
        {
            using SpreadPlane<V> gradients = new(d), places = new(d);
            for (int n = first; n < last; n++)
            {
                long at = (long)n * d.P * d.Q;
                for (int p = 0; p < d.P; p++)
                {
                    gradients.SetRow(p, from + at + p * d.Q);
                    places.SetRow(p, chosen + at + p * d.Q);
                }
                MaxWindows<V>.Backward(gradients, places, d, to + (long)n * d.H * d.W, dx.Accumulate);
            }
        });
    }

    public void Average(Tensor x, Tensor y, PlaneWindow d, bool countPadding)
    {
        float* from = x.Floats(), to = y.Floats();
        ForPlanes(y, d, (first, last) =>
        {
            using PaddedPlane<V> padded = new(d, 0);
            using WindowCounts counts = new(d, countPadding);
            for (int n = first; n < last; n++)
            {
                padded.Fill(from + (long)n * d.H * d.W);
                Mean<V> mean = new(counts.Rows, counts.Columns);
                WindowSums<V>.Run(mean, padded.View, to + (long)n * d.P * d.Q, d.P, d.Q, false);
            }
        });
    }

    public void AverageBackward(Tensor dy, Gradient dx, PlaneWindow d, bool countPadding)
    {
        float* from = dy.Floats(), to = dx.Target!.Floats();
        ForPlanes(dy, d, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (first, last) =>
        {
            using SpreadPlane<V> shares = new(d);
            using WindowCounts counts = new(d, countPadding);
            for (int n = first; n < last; n++)
            {
                for (int p = 0; p < d.P; p++)
                {
                    float* row = from + ((long)n * d.P + p) * d.Q;
                    V rows = V.Create(counts.Rows[p]);
                    for (int q = 0; q < d.Q; q += V.Count)
                        V.Store(V.Load(row + q) / (rows * V.Load(counts.Columns + q)), shares.Row + q);
                    shares.SetRow(p, shares.Row);
                }
                WindowSums<V>.Run(new Plain<V>(), shares.View, to + (long)n * d.H * d.W, d.H, d.W, dx.Accumulate);
            }
        });
    }

    public void L2(Tensor x, Tensor y, PlaneWindow d)
    {
        float* from = x.Floats(), to = y.Floats();
        if (Shifted(y, d, ofInputs: false) is { } shifted)
        {
            ForVectors(y, (first, last, count) => shifted.L2(from, to, first, last, count));
            return;
        }
        if (PlaneLanes<V>.IsFor(Planes(y), d))
        {
            ForBlocks(y, d, (lanes, first, planes) => lanes.Reduce(
                new Norm<V>(), from + (long)first * d.H * d.W, to + (long)first * d.P * d.Q, planes));
            return;
        }
        ForPlanes(y, d, (first, last) =>
        {
            using PaddedPlane<V> padded = new(d, 0);
            for (int n = first; n < last; n++)
            {
                padded.Fill(from + (long)n * d.H * d.W);
                WindowSums<V>.Run(new Norm<V>(), padded.View, to + (long)n * d.P * d.Q, d.P, d.Q, false);
            }
        });
    }

    public void L2Backward(Tensor x, Tensor y, Tensor dy, Gradient dx, PlaneWindow d)
    {
        float* input = x.Floats(), norm = y.Floats(), from = dy.Floats(), to = dx.Target!.Floats();
        if (Shifted(dy, d, ofInputs: true) is { } shifted)
        {
            ForVectors(dy, (first, last, count) =>
                shifted.L2Backward(input, norm, from, to, first, last, count, dx.Accumulate));
            return;
        }
        if (PlaneLanes<V>.IsFor(Planes(dy), d))
        {
            ForBlocks(dy, d, (lanes, first, planes) =>
            {
                long at = (long)first * d.H * d.W, outputs = (long)first * d.P * d.Q;
                lanes.L2Backward(
                    input + at, norm + outputs, from + outputs, to + at, planes, dx.Accumulate);
            });
            return;
        }
        ForPlanes(dy, d, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (first, last) =>
        {
            using SpreadPlane<V> quotients = new(d);
            for (int n = first; n < last; n++)
            {
                for (int p = 0; p < d.P; p++)
                {
                    long at = ((long)n * d.P + p) * d.Q;
                    for (int q = 0; q < d.Q; q += V.Count)
                    {
                        V y = V.Load(norm + at + q);
                        V quotient = V.Select(V.Equal(y, default), default, V.Load(from + at + q) / y);
                        V.Store(quotient, quotients.Row + q);
                    }
                    quotients.SetRow(p, quotients.Row);
                }
                long plane = (long)n * d.H * d.W;
                Times<V> times = new(input + plane, d.W);
                WindowSums<V>.Run(times, quotients.View, to + plane, d.H, d.W, dx.Accumulate);
            }
        });
    }

    public void GlobalAverage(Tensor x, Tensor y)
    {
        float* from = x.Floats(), to = y.Floats();
        int planes = (int)y.Count, plane = x.Shape.Product(2, 4);
        ForPlanes(planes, plane, (first, last) =>
        {
            for (int n = first; n < last; n++) to[n] = Sums<V>.Sum(from + (long)n * plane, plane) / plane;
        });
    }

    public void GlobalAverageBackward(Tensor dy, Gradient dx)
    {
        float* from = dy.Floats(), to = dx.Target!.Floats();
        int planes = (int)dy.Count, plane = dx.Target!.Shape.Product(2, 4);
        ForPlanes(planes, plane, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (first, last) =>
        {
            for (int n = first; n < last; n++)
            {
                V share = V.Create(from[n] / plane);
                float* target = to + (long)n * plane;
                for (int i = 0; i < plane; i += V.Count)
                    WindowSums<V>.Put(share, target + i, plane - i, dx.Accumulate);
            }
        });
    }

    /// <summary>How planes are pooled where they lie; null where that is not possible.</summary>
    ShiftedPlanes<V>? Shifted(Tensor y, PlaneWindow d, bool ofInputs)
    {
        if (!ShiftedPlanes<V>.IsFor(d) || y.Count > int.MaxValue - 2 * V.Count) return null;
        // Branches of a network may pool at once.
        lock (known)
        {
            if (known.TryGetValue((d, ofInputs), out ShiftedPlanes<V>? shifted)) return shifted;
            if (known.Count == MostKnown) known.Clear();
            return known[(d, ofInputs)] = new ShiftedPlanes<V>(d, ofInputs);
        }
    }

    /// <summary>Vectors first .. last of all elements, which are count.</summary>
    void ForVectors(Tensor y, Action<int, int, int> range)
    {
        int count = (int)y.Count;
        cpu.Workers.For(
            (count + V.Count - 1) / V.Count, VectorLoop.WorthSharing / V.Count,
            (first, last) => range(first, last, count));
    }

    delegate void Block(PlaneLanes<V> lanes, int first, int planes);

    /// <summary>Blocks of a vector's width of the output's planes; the last may have fewer.</summary>
    void ForBlocks(Tensor y, PlaneWindow d, Block run)
    {
        int planes = Planes(y);
        ForPlanes((planes + V.Count - 1) / V.Count, d.H * d.W * V.Count, (first, last) =>
        {
            using PlaneLanes<V> lanes = new(d);
            for (int i = first; i < last; i++) run(lanes, i * V.Count, Math.Min(V.Count, planes - i * V.Count));
        });
    }

    void ForPlanes(Tensor y, PlaneWindow d, Action<int, int> range) => ForPlanes(Planes(y), d.H * d.W, range);

    void ForPlanes(int planes, int plane, Action<int, int> range) =>
        cpu.Workers.For(planes, (VectorLoop.WorthSharing + plane - 1) / plane, range);

    static int Planes(Tensor y) => y.Shape.Product(0, 2);
}
