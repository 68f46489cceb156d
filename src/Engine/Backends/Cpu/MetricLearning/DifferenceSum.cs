using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The gradient of one row as <c>sum_j w_j (e_i - e_j)</c>: neighbours and their weights are collected, and added four
/// at a time. Differences, not (sum w) e_i - sum w e_j, which would cancel for neighbours that lie close.
/// </summary>
unsafe struct DifferenceSum<V>(float* rows, int d, float* sum, float** neighbours, float* weights)
    where V : struct, ICpuVector<V>
{
    const int Capacity = 256;
    int count;
    float* row;

    /// <summary>Floats of scratch for rows of d elements.</summary>
    public static long ScratchFloats(int d) => Padded(d) + 2 * Capacity + Capacity;

    /// <summary>A sum that works in <paramref name="scratch"/>, which is aligned.</summary>
    public static DifferenceSum<V> At(float* scratch, float* rows, int d)
    {
        float* sum = scratch + 3 * Capacity;
        return new DifferenceSum<V>(rows, d, sum, (float**)scratch, scratch + 2 * Capacity);
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
        float distance = RowDistance<V>.Squared(row, rows + (long)j * d, d);
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
            V w0 = V.Create(weights[j]), w1 = V.Create(weights[j + 1]);
            V w2 = V.Create(weights[j + 2]), w3 = V.Create(weights[j + 3]);
            // The last vector may run over the row: what it adds there lies past the sum and is not used.
            for (int k = 0; k < d; k += V.Count)
            {
                V a = V.Load(row + k), s = V.Load(sum + k);
                V.AddProduct(ref s, w0, a - V.Load(b0 + k));
                V.AddProduct(ref s, w1, a - V.Load(b1 + k));
                V.AddProduct(ref s, w2, a - V.Load(b2 + k));
                V.AddProduct(ref s, w3, a - V.Load(b3 + k));
                V.Store(s, sum + k);
            }
        }
        count = 0;
    }
}
