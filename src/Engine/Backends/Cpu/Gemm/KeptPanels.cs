using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>B as panels that were packed before: a weight that stays as it is.</summary>
readonly unsafe struct KeptPanels<V>(FilterPanels<V> panels, int columns) : IPanels
    where V : unmanaged, ITileVector<V>
{
    readonly FilterPanels<V> panels = panels;

    public static bool IsPacked => true;

    public int Columns { get; } = columns;

    public int ColumnStep => 1;

    public void Pack(int panel, int k0, int kc, float* to) => throw new NotSupportedException();

    public float* Rows(int panel, int k0, int column, out nint step)
    {
        step = FilterPanels<V>.Width;
        return panels[panel] + (nint)k0 * step + column;
    }
}
