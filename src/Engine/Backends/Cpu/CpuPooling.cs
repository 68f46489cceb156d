using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Pooling;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu;

/// <summary>Pooling on the CPU: of planes, or of blocks of channels where maps lie in these.</summary>
sealed class CpuPooling<V>(CpuBackend cpu) : IPooling where V : unmanaged, ITileVector<V>
{
    readonly PlanePooling<V> planes = new(cpu);
    readonly BlockPooling<V> blocks = new(cpu);
    readonly TurnedPooling<V> turned = new(cpu);

    public bool HasMaxAlone => true;

    public int TurnedChannelBlock => V.Count;

    public void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d)
    {
        if (x.ChannelBlock == 0 && y.ChannelBlock > 0) turned.Max(x, y, taps, d);
        else Of(x).Max(x, y, taps, d);
    }

    public void Max(Tensor x, Tensor y, PlaneWindow d) => Of(x).Max(x, y, d);

    public void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d)
    {
        if (!dx.IsNeeded) return;
        if (dx.Target.ChannelBlock == 0 && dy.ChannelBlock > 0) turned.MaxBackward(taps, dy, dx, d);
        else Of(dy).MaxBackward(taps, dy, dx, d);
    }

    public void Average(Tensor x, Tensor y, PlaneWindow d, bool countPadding) => Of(x).Average(x, y, d, countPadding);

    public void AverageBackward(Tensor dy, Gradient dx, PlaneWindow d, bool countPadding)
    {
        if (dx.IsNeeded) Of(dy).AverageBackward(dy, dx, d, countPadding);
    }

    public void L2(Tensor x, Tensor y, PlaneWindow d) => Of(x).L2(x, y, d);

    public void L2Backward(Tensor x, Tensor y, Tensor dy, Gradient dx, PlaneWindow d)
    {
        if (dx.IsNeeded) Of(dy).L2Backward(x, y, dy, dx, d);
    }

    public void GlobalAverage(Tensor x, Tensor y) => Of(x).GlobalAverage(x, y);

    public void GlobalAverageBackward(Tensor dy, Gradient dx)
    {
        if (dx.IsNeeded) Of(dx.Target).GlobalAverageBackward(dy, dx);
    }

    IPooling Of(Tensor maps) => maps.ChannelBlock > 0 ? blocks : planes;
}
