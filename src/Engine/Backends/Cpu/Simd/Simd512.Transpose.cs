using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;
using V = System.Runtime.Intrinsics.Vector512<float>;

namespace TripletGpu.Backends.Cpu.Simd;

unsafe partial struct Simd512
{
    /// <summary>
    /// Two rounds of unpacking transpose 4 x 4 blocks inside the 128-bit lanes, two of shuffling move the lanes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transpose(float* from, nint lineStep, int lines, Simd512 mask, float* to, nint columnStep)
    {
        V* blocks = stackalloc V[16];
        bool whole = lines == 16 && Bits(mask) == 0xFFFF;
        for (int g = 0; g < 4; g++)
        {
            V a, b, c, d;
            float* s = from + 4 * g * lineStep;
            if (whole)
            {
                // Lines a plane apart are no stream to the hardware: ask for the next vectors of each.
                for (int i = 0; i < 4; i++) Sse.Prefetch0(s + i * lineStep + 32);
                (a, b) = (Vector512.Load(s), Vector512.Load(s + lineStep));
                (c, d) = (Vector512.Load(s + 2 * lineStep), Vector512.Load(s + 3 * lineStep));
            }
            else
            {
                a = 4 * g < lines ? LoadMasked(s, mask).lanes : default;
                b = 4 * g + 1 < lines ? LoadMasked(s + lineStep, mask).lanes : default;
                c = 4 * g + 2 < lines ? LoadMasked(s + 2 * lineStep, mask).lanes : default;
                d = 4 * g + 3 < lines ? LoadMasked(s + 3 * lineStep, mask).lanes : default;
            }
            V abLow = Avx512F.UnpackLow(a, b), cdLow = Avx512F.UnpackLow(c, d);
            V abHigh = Avx512F.UnpackHigh(a, b), cdHigh = Avx512F.UnpackHigh(c, d);
            blocks[g] = Avx512F.Shuffle(abLow, cdLow, 0x44);
            blocks[4 + g] = Avx512F.Shuffle(abLow, cdLow, 0xEE);
            blocks[8 + g] = Avx512F.Shuffle(abHigh, cdHigh, 0x44);
            blocks[12 + g] = Avx512F.Shuffle(abHigh, cdHigh, 0xEE);
        }
        // blocks[4 * j + g] holds columns j, j + 4, j + 8, j + 12 (one a 128-bit lane) of lines 4g .. 4g + 3.
        for (int j = 0; j < 4; j++, to += columnStep)
        {
            V a = blocks[4 * j], b = blocks[4 * j + 1], c = blocks[4 * j + 2], d = blocks[4 * j + 3];
            V x = Avx512F.Shuffle4x128(a, b, 0x44), y = Avx512F.Shuffle4x128(c, d, 0x44);
            V z = Avx512F.Shuffle4x128(a, b, 0xEE), w = Avx512F.Shuffle4x128(c, d, 0xEE);
            blocks[4 * j] = Avx512F.Shuffle4x128(x, y, 0x88);
            blocks[4 * j + 1] = Avx512F.Shuffle4x128(x, y, 0xDD);
            blocks[4 * j + 2] = Avx512F.Shuffle4x128(z, w, 0x88);
            blocks[4 * j + 3] = Avx512F.Shuffle4x128(z, w, 0xDD);
        }
        to -= 4 * columnStep;
        // In the order of the columns: a caller may let each vector run over into the next column's place.
        for (int i = 0; i < 16; i++, to += columnStep) blocks[4 * (i & 3) + (i >> 2)].Store(to);
    }
}
