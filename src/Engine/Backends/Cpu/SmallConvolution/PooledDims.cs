using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>The extents that a convolution with a fused 2x2 max pool works with, and how its maps lie.</summary>
/// <param name="dims">The convolution's extents.</param>
/// <param name="xBlock">Channels of a block of x; 0: x lies in planes.</param>
/// <param name="yBlock">Channels of a block of y; 0: y lies in planes.</param>
readonly struct PooledDims(in ConvolutionShape dims, int xBlock, int yBlock)
{
    public readonly int N = dims.N, C = dims.C, H = dims.H, W = dims.W, K = dims.K, R = dims.R, S = dims.S;

    /// <summary>
    /// Lines and columns of the pooled map; an odd last line or column of the convolution's is not used.
    /// </summary>
    public readonly int P = dims.P / 2, Q = dims.Q / 2;

    /// <summary>Channels of a pixel of x that lie side by side: a block's, or one of a plane.</summary>
    public readonly int XBlock = Math.Max(xBlock, 1);

    /// <summary>The same for y.</summary>
    public readonly int YBlock = Math.Max(yBlock, 1);

    public readonly int Top = dims.Top, Left = dims.Left;

    /// <summary>Lines and columns of the input with its padding.</summary>
    public readonly int PaddedH = dims.Top + dims.H + dims.Bottom, PaddedW = dims.Left + dims.W + dims.Right;

    public bool IsPadded => PaddedH != H || PaddedW != W;

    public bool IsXInBlocks => XBlock > 1;

    public bool IsYInBlocks => YBlock > 1;

    /// <summary>Floats from one line of x with its padding to the next.</summary>
    public nint Line => (nint)PaddedW * XBlock;

    /// <summary>Windows of one map.</summary>
    public int Windows => P * Q;

    /// <summary>Taps over all input channels.</summary>
    public int Taps => C * R * S;

    /// <summary>K rounded up to whole tiles of every vector width.</summary>
    public int PaddedK => (K + 31) / 32 * 32;
}
