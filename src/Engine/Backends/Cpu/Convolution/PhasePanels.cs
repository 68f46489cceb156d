using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>An image's positions, read where <see cref="PhasePlanes{V}.Split"/> has put what they see.</summary>
/// <param name="planes">What position 0 sees, or would.</param>
/// <param name="offsets">Of each row.</param>
/// <param name="columns">Positions.</param>
readonly unsafe struct PhasePanels<V>(float* planes, nint* offsets, int columns) : IPanels
    where V : unmanaged, ITileVector<V>
{
    readonly float* planes = planes;
    readonly nint* offsets = offsets;

    public int Columns { get; } = columns;

    public int ColumnStep => 1;

    public static bool IsInPlace => true;

    public float* Place(int panel) => planes + panel * 2 * V.Count;

    public nint* Offsets(int k0) => offsets + k0;

    public void Pack(int panel, int k0, int kc, float* to) => throw new NotSupportedException();

    public float* Rows(int panel, int k0, int column, out nint step)
    {
        step = 0;
        return null;
    }
}
