namespace TripletGpu.Backends.Cpu;

/// <summary>The memory behind tensors of the CPU backend.</summary>
public static unsafe class CpuTensors
{
    /// <summary>The values of a float tensor, to be read and written in place.</summary>
    /// <exception cref="InvalidOperationException">It is some channels of larger maps, or released.</exception>
    public static Span<float> Span(this Tensor tensor) => tensor.ImagePitch == 0
        ? new(tensor.Floats(), checked((int)tensor.Count))
        : throw new InvalidOperationException($"{tensor} is some channels of larger maps: copy it");

    internal static float* Floats(this Tensor tensor) => ((CpuBuffer)tensor.Buffer).Pointer;

    internal static int* Ints(this Tensor tensor) => (int*)((CpuBuffer)tensor.Buffer).Pointer;
}
