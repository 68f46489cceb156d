namespace TripletGpu.Backends;

/// <summary>The geometry of a pooling over planes of H x W that gives planes of P x Q.</summary>
/// <param name="Planes">N * C: each plane is pooled alone.</param>
/// <param name="H">Rows of an input plane.</param>
/// <param name="W">Columns of an input plane.</param>
/// <param name="P">Rows of an output plane.</param>
/// <param name="Q">Columns of an output plane.</param>
/// <param name="R">Rows of the window.</param>
/// <param name="S">Columns of the window.</param>
/// <param name="StrideH">Rows between windows.</param>
/// <param name="StrideW">Columns between windows.</param>
/// <param name="Top">Padding above; window p starts at row p * StrideH - Top.</param>
/// <param name="Left">Padding to the left; window q starts at column q * StrideW - Left.</param>
/// <param name="Bottom">Padding below, for averages that count it.</param>
/// <param name="Right">Padding to the right, for averages that count it.</param>
public readonly record struct PoolingDims(
    int Planes, int H, int W, int P, int Q, int R, int S, int StrideH, int StrideW, int Top, int Left, int Bottom,
    int Right);
