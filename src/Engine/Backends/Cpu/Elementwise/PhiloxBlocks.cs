using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Random;

namespace TripletGpu.Backends.Cpu;

/// <summary>Sixteen neighbouring Philox blocks at once: their rounds side by side in vector registers.</summary>
static unsafe class PhiloxBlocks
{
    const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57, KeyStepA = 0x9E3779B9, KeyStepB = 0xBB67AE85;
    const int Rounds = 10, Blocks = 16;

    /// <summary>
    /// Writes word j of block <c>first + k</c> to <c>words[16 j + k]</c>, for 0 .. 3 and 0 .. 15. The counters must not
    /// carry into their upper half. <paramref name="lanes"/> chooses the instructions: 16, 8, or any other for scalar.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sixteen(ulong seed, ulong stream, ulong first, uint* words, int lanes)
    {
        if (lanes == 16) Wide512(seed, stream, first, words);
        else if (lanes == 8)
        {
            Wide256(seed, stream, first, words);
            Wide256(seed, stream, first + 8, words + 8);
        }
        else
            for (uint k = 0; k < Blocks; k++)
                (words[k], words[Blocks + k], words[2 * Blocks + k], words[3 * Blocks + k]) =
                    Philox.Block(seed, stream, first + k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Wide512(ulong seed, ulong stream, ulong first, uint* words)
    {
        Vector512<uint> c0 = Vector512.Create((uint)first) + Vector512<uint>.Indices;
        Vector512<uint> c1 = Vector512.Create((uint)(first >> 32));
        Vector512<uint> c2 = Vector512.Create((uint)stream), c3 = Vector512.Create((uint)(stream >> 32));
        Vector512<uint> a = Vector512.Create(MultiplierA), b = Vector512.Create(MultiplierB);
        Vector512<uint> odd = Vector512.Create(0xFFFFFFFF00000000).AsUInt32();
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            // Products of the even and of the odd lanes, 64 bits each; their halves are then sorted into place.
            Vector512<ulong> evenA = Avx512F.Multiply(c0, a);
            Vector512<ulong> oddA = Avx512F.Multiply((c0.AsUInt64() >> 32).AsUInt32(), a);
            Vector512<ulong> evenB = Avx512F.Multiply(c2, b);
            Vector512<ulong> oddB = Avx512F.Multiply((c2.AsUInt64() >> 32).AsUInt32(), b);
            Vector512<uint> highA = Vector512.ConditionalSelect(odd, oddA.AsUInt32(), (evenA >> 32).AsUInt32());
            Vector512<uint> highB = Vector512.ConditionalSelect(odd, oddB.AsUInt32(), (evenB >> 32).AsUInt32());
            Vector512<uint> lowA = Vector512.ConditionalSelect(odd, (oddA << 32).AsUInt32(), evenA.AsUInt32());
            Vector512<uint> lowB = Vector512.ConditionalSelect(odd, (oddB << 32).AsUInt32(), evenB.AsUInt32());
            (c0, c1, c2, c3) = (highB ^ c1 ^ Vector512.Create(k0), lowB, highA ^ c3 ^ Vector512.Create(k1), lowA);
            k0 += KeyStepA;
            k1 += KeyStepB;
        }
        c0.Store(words);
        c1.Store(words + Blocks);
        c2.Store(words + 2 * Blocks);
        c3.Store(words + 3 * Blocks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Wide256(ulong seed, ulong stream, ulong first, uint* words)
    {
        Vector256<uint> c0 = Vector256.Create((uint)first) + Vector256<uint>.Indices;
        Vector256<uint> c1 = Vector256.Create((uint)(first >> 32));
        Vector256<uint> c2 = Vector256.Create((uint)stream), c3 = Vector256.Create((uint)(stream >> 32));
        Vector256<uint> a = Vector256.Create(MultiplierA), b = Vector256.Create(MultiplierB);
        Vector256<uint> odd = Vector256.Create(0xFFFFFFFF00000000).AsUInt32();
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> evenA = Avx2.Multiply(c0, a);
            Vector256<ulong> oddA = Avx2.Multiply((c0.AsUInt64() >> 32).AsUInt32(), a);
            Vector256<ulong> evenB = Avx2.Multiply(c2, b);
            Vector256<ulong> oddB = Avx2.Multiply((c2.AsUInt64() >> 32).AsUInt32(), b);
            Vector256<uint> highA = Vector256.ConditionalSelect(odd, oddA.AsUInt32(), (evenA >> 32).AsUInt32());
            Vector256<uint> highB = Vector256.ConditionalSelect(odd, oddB.AsUInt32(), (evenB >> 32).AsUInt32());
            Vector256<uint> lowA = Vector256.ConditionalSelect(odd, (oddA << 32).AsUInt32(), evenA.AsUInt32());
            Vector256<uint> lowB = Vector256.ConditionalSelect(odd, (oddB << 32).AsUInt32(), evenB.AsUInt32());
            (c0, c1, c2, c3) = (highB ^ c1 ^ Vector256.Create(k0), lowB, highA ^ c3 ^ Vector256.Create(k1), lowA);
            k0 += KeyStepA;
            k1 += KeyStepB;
        }
        c0.Store(words);
        c1.Store(words + Blocks);
        c2.Store(words + 2 * Blocks);
        c3.Store(words + 3 * Blocks);
    }
}
