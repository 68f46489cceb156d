using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The gradient of one row as <c>sum_j w_j (e_i - e_j)</c>: neighbours and their weights are collected, and added four at a
/// time. Differences, not (sum w) e_i - sum w e_j, which would cancel for neighbours that lie close.
/// </summary>
unsafe struct DifferenceSum<TVector, V>(float* rows, int d, float* sum, float** neighbours, float* weights)
    where TVector : struct, IRowVector<V> where V : struct
{
    const int Capacity = 256;
    int count;
    float* row;

    /// <summary>Floats of scratch for rows of d elements.</summary>
    public static long ScratchFloats(int d) => Padded(d) + 2 * Capacity + Capacity;

    /// <summary>A sum that works in <paramref name="scratch"/>, which is aligned.</summary>
    public static DifferenceSum<TVector, V> At(float* scratch, float* rows, int d)
    {
        float* sum = scratch + 3 * Capacity;
        return new DifferenceSum<TVector, V>(rows, d, sum, (float**)scratch, scratch + 2 * Capacity);
    }

    /// <summary>Starts row i with 0.</summary>
    public void Begin(int i)
    {
        row = rows + (long)i * d;
        count = 0;
        new Span<float>(sum, d).Clear();
    }

    /// <summary>Adds w (e_i - e_j).</summary>
    public void Add(int j, float weight)
    {
        neighbours[count] = rows + (long)j * d;
        weights[count++] = weight;
        if (count == Capacity) Flush();
    }

    /// <summary>Adds w (e_i - e_j) / ||e_i - e_j||, nothing where they are equal.</summary>
    public void AddUnit(int j, float weight)
    {
        float distance = RowDistance<TVector, V>.Squared(row, rows + (long)j * d, d);
        if (distance > 0) Add(j, weight / MathF.Sqrt(distance));
    }

    /// <summary>Writes the sum times <paramref name="scale"/>, or adds it.</summary>
    public void End(float* target, float scale, bool accumulate)
    {
        Flush();
        if (accumulate)
            for (int k = 0; k < d; k++) target[k] += scale * sum[k];
        else
            for (int k = 0; k < d; k++) target[k] = scale * sum[k];
    }

    static long Padded(int d) => (d + 15L) / 16 * 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Flush()
    {
        while (count % 4 != 0)
        {
            neighbours[count] = row;
            weights[count++] = 0;
        }
        for (int j = 0; j < count; j += 4)
        {
            float* b0 = neighbours[j];
            float* b1 = neighbours[j + 1];
            float* b2 = neighbours[j + 2];
            float* b3 = neighbours[j + 3];
            V w0 = TVector.Broadcast(weights[j]), w1 = TVector.Broadcast(weights[j + 1]);
            V w2 = TVector.Broadcast(weights[j + 2]), w3 = TVector.Broadcast(weights[j + 3]);
            int k = 0;
            for (; k <= d - TVector.Count; k += TVector.Count)
            {
                V a = TVector.Load(row + k), s = TVector.Load(sum + k);
                s = TVector.MultiplyAdd(w0, TVector.Subtract(a, TVector.Load(b0 + k)), s);
                s = TVector.MultiplyAdd(w1, TVector.Subtract(a, TVector.Load(b1 + k)), s);
                s = TVector.MultiplyAdd(w2, TVector.Subtract(a, TVector.Load(b2 + k)), s);
                s = TVector.MultiplyAdd(w3, TVector.Subtract(a, TVector.Load(b3 + k)), s);
                TVector.Store(s, sum + k);
            }
            for (; k < d; k++)
                sum[k] += weights[j] * (row[k] - b0[k]) + weights[j + 1] * (row[k] - b1[k])
                    + weights[j + 2] * (row[k] - b2[k]) + weights[j + 3] * (row[k] - b3[k]);
        }
        count = 0;
    }
}
