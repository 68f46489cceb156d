using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>
/// Sixteen neighbouring Philox blocks at once. The words of even and of odd blocks lie in 64-bit lanes of two
/// vectors: the 32-bit multiplication reads the lower halves alone, so what is left in the upper ones does no harm
/// until the end.
/// </summary>
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
        Vector512<ulong> e0 = Vector512.Create(first & uint.MaxValue) + (Vector512<ulong>.Indices << 1);
        Vector512<ulong> e1 = Vector512.Create(first >> 32);
        Vector512<ulong> e2 = Vector512.Create(stream), e3 = Vector512.Create(stream >> 32);
        Vector512<ulong> o0 = e0 + Vector512<ulong>.One, o1 = e1, o2 = e2, o3 = e3;
        Vector512<uint> a = Vector512.Create(MultiplierA), b = Vector512.Create(MultiplierB);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector512<ulong> key0 = Vector512.Create((ulong)k0), key1 = Vector512.Create((ulong)k1);
            Vector512<ulong> ea = Avx512F.Multiply(e0.AsUInt32(), a), eb = Avx512F.Multiply(e2.AsUInt32(), b);
            Vector512<ulong> oa = Avx512F.Multiply(o0.AsUInt32(), a), ob = Avx512F.Multiply(o2.AsUInt32(), b);
            (e0, e1, e2, e3) = ((eb >> 32) ^ e1 ^ key0, eb, (ea >> 32) ^ e3 ^ key1, ea);
            (o0, o1, o2, o3) = ((ob >> 32) ^ o1 ^ key0, ob, (oa >> 32) ^ o3 ^ key1, oa);
            k0 += KeyStepA;
            k1 += KeyStepB;
        }
        Merge(e0, o0).Store(words);
        Merge(e1, o1).Store(words + Blocks);
        Merge(e2, o2).Store(words + 2 * Blocks);
        Merge(e3, o3).Store(words + 3 * Blocks);
    }

    static Vector512<uint> Merge(Vector512<ulong> even, Vector512<ulong> odd) =>
        ((even & Vector512.Create((ulong)uint.MaxValue)) | (odd << 32)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Wide256(ulong seed, ulong stream, ulong first, uint* words)
    {
        Vector256<ulong> e0 = Vector256.Create(first & uint.MaxValue) + (Vector256<ulong>.Indices << 1);
        Vector256<ulong> e1 = Vector256.Create(first >> 32);
        Vector256<ulong> e2 = Vector256.Create(stream), e3 = Vector256.Create(stream >> 32);
        Vector256<ulong> o0 = e0 + Vector256<ulong>.One, o1 = e1, o2 = e2, o3 = e3;
        Vector256<uint> a = Vector256.Create(MultiplierA), b = Vector256.Create(MultiplierB);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> key0 = Vector256.Create((ulong)k0), key1 = Vector256.Create((ulong)k1);
            Vector256<ulong> ea = Avx2.Multiply(e0.AsUInt32(), a), eb = Avx2.Multiply(e2.AsUInt32(), b);
            Vector256<ulong> oa = Avx2.Multiply(o0.AsUInt32(), a), ob = Avx2.Multiply(o2.AsUInt32(), b);
            (e0, e1, e2, e3) = ((eb >> 32) ^ e1 ^ key0, eb, (ea >> 32) ^ e3 ^ key1, ea);
            (o0, o1, o2, o3) = ((ob >> 32) ^ o1 ^ key0, ob, (oa >> 32) ^ o3 ^ key1, oa);
            k0 += KeyStepA;
            k1 += KeyStepB;
        }
        Merge(e0, o0).Store(words);
        Merge(e1, o1).Store(words + Blocks);
        Merge(e2, o2).Store(words + 2 * Blocks);
        Merge(e3, o3).Store(words + 3 * Blocks);
    }

    static Vector256<uint> Merge(Vector256<ulong> even, Vector256<ulong> odd) =>
        ((even & Vector256.Create((ulong)uint.MaxValue)) | (odd << 32)).AsUInt32();
}
