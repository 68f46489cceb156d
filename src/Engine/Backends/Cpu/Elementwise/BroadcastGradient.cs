using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>
/// The gradient of one operand of a binary function: elementwise, or summed over the axes along which the operand was
/// broadcast. Each thread sums a fixed part of the elements into memory of its own; the parts are then added in order.
/// </summary>
sealed unsafe class BroadcastGradient(CpuBackend cpu)
{
    // Rows end in whole vectors, so that loads past the last sum stay inside.
    const int Slack = 16;
    // Branches of a network may sum at once.
    readonly Lock taken = new();
    double[][] totals = [];
    float[][] partials = [];

    /// <summary>target = scale * (sum of the derivative over the target's broadcast axes), or target += that.</summary>
    public void Run<TMath, TOperand>(
        Shape box, Shape shapeA, float* a, Shape shapeB, float* b, float* y, float* dy,
        Shape targetShape, float scale, float* target, bool accumulate)
        where TMath : struct, IBinaryMath where TOperand : struct, IOperand
    {
        int count = checked((int)box.Count);
        StridedRows rows = new(box, Strided.Broadcast(shapeA, box), Strided.Broadcast(shapeB, box),
            Strided.Broadcast(targetShape, box));
        BinaryRows<TMath, TOperand> operands = new(rows, a, b, y, dy);
        if (targetShape.Count == count && scale == 1)
        {
            cpu.For(count, new BinaryBackward<TMath, TOperand>(operands, target, accumulate));
            return;
        }
        using Lock.Scope scope = taken.EnterScope();
        int targets = checked((int)targetShape.Count);
        int threads = count < VectorLoop.WorthSharing ? 1 : cpu.Workers.Threads;
        Reserve(targets, threads);
        if (threads == 1) Sum(0);
        else cpu.Workers.Run(Sum);
        for (int i = 0; i < targets; i++)
        {
            double sum = 0;
            for (int thread = 0; thread < threads; thread++) sum += totals[thread][i];
            target[i] = (accumulate ? target[i] : 0) + (float)(scale * sum);
        }

        void Sum(int thread)
        {
            fixed (double* mine = totals[thread])
            fixed (float* partial = partials[thread])
            {
                (int from, int to) = threads == 1 ? (0, count) : cpu.Workers.Share(count, thread);
                cpu.OnThisThread(from, to, new BroadcastSums<TMath, TOperand>(operands, partial, mine, targets));
            }
        }
    }

    void Reserve(int targets, int threads)
    {
        if (totals.Length >= threads && totals[0].Length >= targets) return;
        totals = new double[cpu.Workers.Threads][];
        partials = new float[cpu.Workers.Threads][];
        for (int i = 0; i < totals.Length; i++)
            (totals[i], partials[i]) = (new double[targets], new float[targets + Slack]);
    }
}
