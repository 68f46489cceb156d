using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Gemm;

static unsafe partial class RegisterTile<V>
{
    /// <summary>The sums of one row; the JIT keeps the two vectors in registers.</summary>
    internal struct Row
    {
        V left, right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(float* c) => (left, right) = (V.Load(c), V.Load(c + V.Count));

        /// <summary>Asks for a row of C, which comes from L3 or memory.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Ask(float* c)
        {
            V.Prefetch(c);
            V.Prefetch(c + V.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* c) => (left, right) = (left + V.Load(c), right + V.Load(c + V.Count));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float bias) => (left, right) = (left + V.Create(bias), right + V.Create(bias));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void MultiplyAdd(float a, V bLeft, V bRight)
        {
            V x = V.Create(a);
            V.AddProduct(ref left, x, bLeft);
            V.AddProduct(ref right, x, bRight);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* c, V low, V high)
        {
            V.Store(Clipping.Clip(left, low, high), c);
            V.Store(Clipping.Clip(right, low, high), c + V.Count);
        }

        /// <summary>The two vectors to places of their own, each with its bias and an addend; one or both.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(
            int row, float* c, float* addend, nint step, bool both, V biasLeft, V biasRight, V low, V high)
        {
            c += row * V.Count;
            left += biasLeft;
            right += biasRight;
            if (addend != null) left += V.Load(addend + row * V.Count);
            V.Store(Clipping.Clip(left, low, high), c);
            if (!both) return;
            if (addend != null) right += V.Load(addend + step + row * V.Count);
            V.Store(Clipping.Clip(right, low, high), c + step);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* c)
        {
            V.Store(left, c);
            V.Store(right, c + V.Count);
        }
    }

    /// <summary>How rows of B follow one another.</summary>
    interface IRows
    {
        /// <summary>The row at b, which moves on to the next.</summary>
        static abstract float* Next(ref float* b, ref nint step);
    }

    readonly struct Even : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float* Next(ref float* b, ref nint step)
        {
            float* row = b;
            b += step;
            return row;
        }
    }

    readonly struct Listed : IRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float* Next(ref float* b, ref nint step)
        {
            float* row = b + *(nint*)step;
            step += sizeof(nint);
            return row;
        }
    }
}
