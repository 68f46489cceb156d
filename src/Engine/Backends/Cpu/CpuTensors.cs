namespace TripletGpu.Backends.Cpu;

/// <summary>The memory behind tensors of the CPU backend.</summary>
public static unsafe class CpuTensors
{
    /// <summary>The values of a float tensor, to be read and written in place.</summary>
    public static Span<float> Span(this Tensor tensor) => new(tensor.Floats(), checked((int)tensor.Count));

    internal static float* Floats(this Tensor tensor) => ((CpuBuffer)tensor.Buffer).Pointer;

    internal static int* Ints(this Tensor tensor) => (int*)((CpuBuffer)tensor.Buffer).Pointer;
}
