using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Gemm;

static unsafe partial class RegisterTile<V>
{
    /// <summary>The sums of one row; the JIT keeps the two vectors in registers.</summary>
    struct Row
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
        public void Store(float* c, V floor)
        {
            V.Store(V.MaxNative(floor, left), c);
            V.Store(V.MaxNative(floor, right), c + V.Count);
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

    interface INumber { static abstract int Value { get; } }
    readonly struct N1 : INumber { public static int Value => 1; }
    readonly struct N2 : INumber { public static int Value => 2; }
    readonly struct N3 : INumber { public static int Value => 3; }
    readonly struct N4 : INumber { public static int Value => 4; }
    readonly struct N5 : INumber { public static int Value => 5; }
    readonly struct N6 : INumber { public static int Value => 6; }
    readonly struct N7 : INumber { public static int Value => 7; }
    readonly struct N8 : INumber { public static int Value => 8; }
    readonly struct N9 : INumber { public static int Value => 9; }
    readonly struct N10 : INumber { public static int Value => 10; }
    readonly struct N11 : INumber { public static int Value => 11; }
    readonly struct N12 : INumber { public static int Value => 12; }
    readonly struct N13 : INumber { public static int Value => 13; }
    readonly struct N14 : INumber { public static int Value => 14; }
}
