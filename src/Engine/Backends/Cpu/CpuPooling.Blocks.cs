using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu;

sealed unsafe partial class CpuPooling<V> : IBlockedPooling
{
    public IBlockedPooling Blocked => this;

    void IBlockedPooling.Max(Tensor x, Tensor y, PlaneWindow d) =>
        BlockPooling<V>.Run<BlockPooling<V>.Largest>(cpu, x, y, d);

    void IBlockedPooling.L2(Tensor x, Tensor y, PlaneWindow d) =>
        BlockPooling<V>.Run<BlockPooling<V>.Norm>(cpu, x, y, d);
}
