using System.Runtime.InteropServices;

namespace TripletGpu.Kernels;

/// <summary>
/// Four floats that load and store as one: <c>float4</c> in OpenCL and CUDA. View memory as these with
/// <c>Cast&lt;Float4&gt;()</c> where the first element lies at a multiple of four.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 16)]
public struct Float4(float x, float y, float z, float w)
{
    public float X = x, Y = y, Z = z, W = w;
}
