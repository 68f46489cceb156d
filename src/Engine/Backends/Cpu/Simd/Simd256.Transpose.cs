using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace TripletGpu.Backends.Cpu.Simd;

unsafe partial struct Simd256
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transpose(float* from, nint lineStep, int lines, int columns, float* to, nint columnStep)
    {
        V* blocks = stackalloc V[8];
        for (int g = 0; g < 2; g++)
        {
            float* s = from + 4 * g * lineStep;
            V a = 4 * g < lines ? Vector256.Load(s) : default;
            V b = 4 * g + 1 < lines ? Vector256.Load(s + lineStep) : default;
            V c = 4 * g + 2 < lines ? Vector256.Load(s + 2 * lineStep) : default;
            V d = 4 * g + 3 < lines ? Vector256.Load(s + 3 * lineStep) : default;
            V abLow = Avx.UnpackLow(a, b), cdLow = Avx.UnpackLow(c, d);
            V abHigh = Avx.UnpackHigh(a, b), cdHigh = Avx.UnpackHigh(c, d);
            blocks[g] = Avx.Shuffle(abLow, cdLow, 0x44);
            blocks[2 + g] = Avx.Shuffle(abLow, cdLow, 0xEE);
            blocks[4 + g] = Avx.Shuffle(abHigh, cdHigh, 0x44);
            blocks[6 + g] = Avx.Shuffle(abHigh, cdHigh, 0xEE);
        }
        // blocks[2 * j + g] holds columns j and j + 4 (one a 128-bit lane) of lines 4g .. 4g + 3.
        for (int j = 0; j < Math.Min(columns, 4); j++, to += columnStep)
            Avx.Permute2x128(blocks[2 * j], blocks[2 * j + 1], 0x20).Store(to);
        for (int j = 0; j < columns - 4; j++, to += columnStep)
            Avx.Permute2x128(blocks[2 * j], blocks[2 * j + 1], 0x31).Store(to);
    }
}
