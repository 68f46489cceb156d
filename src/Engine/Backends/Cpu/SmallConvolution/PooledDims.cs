using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>The extents that a convolution with a fused 2x2 max pool works with.</summary>
readonly struct PooledDims(in ConvolutionShape dims)
{
    public readonly int N = dims.N, C = dims.C, H = dims.H, W = dims.W, K = dims.K, R = dims.R, S = dims.S;

    /// <summary>
    /// Lines and columns of the pooled map; an odd last line or column of the convolution's is not used.
    /// </summary>
    public readonly int P = dims.P / 2, Q = dims.Q / 2;

    public readonly int Top = dims.Top, Left = dims.Left;

    /// <summary>Lines and columns of the input with its padding.</summary>
    public readonly int PaddedH = dims.Top + dims.H + dims.Bottom, PaddedW = dims.Left + dims.W + dims.Right;

    public bool IsPadded => PaddedH != H || PaddedW != W;

    /// <summary>Windows of one map.</summary>
    public int Windows => P * Q;

    /// <summary>Taps over all input channels.</summary>
    public int Taps => C * R * S;

    /// <summary>K rounded up to whole tiles of every vector width.</summary>
    public int PaddedK => (K + 31) / 32 * 32;
}
