using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Reduction;

/// <summary>
/// The logarithm of a row's sum of exponentials in two parts, the largest element and the rest: their sum would round
/// away what small differences between large logits are worth.
/// </summary>
readonly unsafe struct LogSum<V>(float largest, float rest) where V : struct, ICpuVector<V>
{
    public float Largest => largest;

    public float Rest => rest;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LogSum<V> Of(float* x, int n)
    {
        V lowest = V.Create(float.NegativeInfinity), most = lowest;
        for (int i = 0; i < n; i += V.Count)
            most = V.Max(most, V.Select(V.FirstLanes(n - i), V.Load(x + i), lowest));
        float max = AcrossLanes(most);
        V sum = V.Create(0), shift = V.Create(max);
        for (int i = 0; i < n; i += V.Count)
            sum += V.Exp(V.Load(x + i) - shift) & V.FirstLanes(n - i);
        return new LogSum<V>(max, MathF.Log(V.Sum(sum)));
    }

    static float AcrossLanes(V value)
    {
        float* lanes = stackalloc float[V.Count];
        V.Store(value, lanes);
        float max = lanes[0];
        for (int i = 1; i < V.Count; i++) max = MathF.Max(max, lanes[i]);
        return max;
    }
}

/// <summary>The two parts of each row's <see cref="LogSum{V}"/>.</summary>
readonly unsafe struct LogSums(float* x, int classes, float* parts) : IVectorLoop
{
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int row = from; row < to; row++)
        {
            LogSum<V> sum = LogSum<V>.Of(x + (long)row * classes, classes);
            (parts[2 * row], parts[2 * row + 1]) = (sum.Largest, sum.Rest);
        }
    }
}

/// <summary>y = x - ln sum e^x for each row.</summary>
readonly unsafe struct LogSoftmaxForward(float* x, int classes, float* y) : IVectorLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int row = from; row < to; row++)
        {
            float* source = x + (long)row * classes, target = y + (long)row * classes;
            LogSum<V> sum = LogSum<V>.Of(source, classes);
            V largest = V.Create(sum.Largest), rest = V.Create(sum.Rest);
            for (int i = 0; i < classes; i += V.Count)
                V.Store(V.Load(source + i) - largest - rest, target + i, classes - i);
        }
    }
}

/// <summary>dx = dy - e^y * sum dy for each row, or dx += that.</summary>
readonly unsafe struct LogSoftmaxBackward(float* y, float* dy, int classes, float* dx, bool accumulate) : IVectorLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int row = from; row < to; row++)
        {
            long start = (long)row * classes;
            float* output = y + start, gradient = dy + start, target = dx + start;
            V sum = V.Create(Sums<V>.Sum(gradient, classes));
            for (int i = 0; i < classes; i += V.Count)
            {
                V value = V.Load(gradient + i) - V.Exp(V.Load(output + i)) * sum;
                V.Store(accumulate ? V.Load(target + i) + value : value, target + i, classes - i);
            }
        }
    }
}

/// <summary>dx = factor * (softmax(x) - onehot(label)) for each row, or dx += that.</summary>
readonly unsafe struct CrossEntropyBackward(
    float* x, int* labels, float* logSums, float factor, int classes, float* dx, bool accumulate) : IVectorLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int row = from; row < to; row++)
        {
            float* logits = x + (long)row * classes, target = dx + (long)row * classes;
            V largest = V.Create(logSums[2 * row]), rest = V.Create(logSums[2 * row + 1]), scale = V.Create(factor);
            for (int i = 0; i < classes; i += V.Count)
            {
                V value = V.Exp(V.Load(logits + i) - largest - rest) * scale;
                V.Store(accumulate ? V.Load(target + i) + value : value, target + i, classes - i);
            }
            if ((uint)labels[row] < (uint)classes) target[labels[row]] -= factor;
        }
    }
}
