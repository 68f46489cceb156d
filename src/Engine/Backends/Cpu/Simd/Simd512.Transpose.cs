using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;
using V = System.Runtime.Intrinsics.Vector512<float>;

namespace TripletGpu.Backends.Cpu.Simd;

unsafe partial struct Simd512
{
    /// <summary>
    /// Two rounds of shuffling move 128-bit lanes, then two of unpacking transpose 4 x 4 blocks inside them: four
    /// neighbouring columns at a time, so that what is finished goes straight to its place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transpose(float* from, nint lineStep, int lines, int columns, float* to, nint columnStep)
    {
        V* blocks = stackalloc V[16];
        nint four = 4 * lineStep;
        for (int i = 0; i < 4; i++)
        {
            V a, b, c, d;
            float* s = from + i * lineStep;
            if (lines == 16)
            {
                // Lines a plane apart are no stream to the hardware: ask for the next vectors of each.
                for (int j = 0; j < 4; j++) Sse.Prefetch0(s + j * four + 32);
                (a, b) = (Vector512.Load(s), Vector512.Load(s + four));
                (c, d) = (Vector512.Load(s + 2 * four), Vector512.Load(s + 3 * four));
            }
            else
            {
                a = i < lines ? Vector512.Load(s) : default;
                b = 4 + i < lines ? Vector512.Load(s + four) : default;
                c = 8 + i < lines ? Vector512.Load(s + 2 * four) : default;
                d = 12 + i < lines ? Vector512.Load(s + 3 * four) : default;
            }
            V abLeft = Avx512F.Shuffle4x128(a, b, 0x44), cdLeft = Avx512F.Shuffle4x128(c, d, 0x44);
            V abRight = Avx512F.Shuffle4x128(a, b, 0xEE), cdRight = Avx512F.Shuffle4x128(c, d, 0xEE);
            blocks[i] = Avx512F.Shuffle4x128(abLeft, cdLeft, 0x88);
            blocks[4 + i] = Avx512F.Shuffle4x128(abLeft, cdLeft, 0xDD);
            blocks[8 + i] = Avx512F.Shuffle4x128(abRight, cdRight, 0x88);
            blocks[12 + i] = Avx512F.Shuffle4x128(abRight, cdRight, 0xDD);
        }
        // blocks[4 * j + i] holds columns 4j .. 4j + 3 of lines i, i + 4, i + 8, i + 12 (one a 128-bit lane).
        for (int j = 0; 4 * j < columns; j++, to += 4 * columnStep)
        {
            V a = blocks[4 * j], b = blocks[4 * j + 1], c = blocks[4 * j + 2], d = blocks[4 * j + 3];
            V abLow = Avx512F.UnpackLow(a, b), cdLow = Avx512F.UnpackLow(c, d);
            V abHigh = Avx512F.UnpackHigh(a, b), cdHigh = Avx512F.UnpackHigh(c, d);
            int left = columns - 4 * j;
            Avx512F.Shuffle(abLow, cdLow, 0x44).Store(to);
            if (left > 1) Avx512F.Shuffle(abLow, cdLow, 0xEE).Store(to + columnStep);
            if (left > 2) Avx512F.Shuffle(abHigh, cdHigh, 0x44).Store(to + 2 * columnStep);
            if (left > 3) Avx512F.Shuffle(abHigh, cdHigh, 0xEE).Store(to + 3 * columnStep);
        }
    }
}
