namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The tiles of a matrix product in shared memory: a group computes M x N of C in steps of K, an item ItemM x ItemN.
/// </summary>
public interface ITile : IGroupShape
{
    /// <summary>Rows of C a group computes.</summary>
    static abstract int M { get; }

    /// <summary>Columns of C a group computes.</summary>
    static abstract int N { get; }

    /// <summary>The depth of one step.</summary>
    static abstract int K { get; }

    /// <summary>Rows an item computes.</summary>
    static abstract int ItemM { get; }

    /// <summary>Columns an item computes.</summary>
    static abstract int ItemN { get; }
}

/// <summary>64 x 64 by 256 items of 4 x 4: 8 KiB of shared memory, 32 operations a shared load pair.</summary>
public readonly struct Tile64x64 : ITile
{
    public static int M => 64;
    public static int N => 64;
    public static int K => 16;
    public static int ItemM => 4;
    public static int ItemN => 4;
    public static int GroupX => N / ItemN;
    public static int GroupY => M / ItemM;
}

/// <summary>128 x 64 by 256 items of 8 x 4, for large matrices: 12 KiB of shared memory.</summary>
public readonly struct Tile128x64 : ITile
{
    public static int M => 128;
    public static int N => 64;
    public static int K => 16;
    public static int ItemM => 8;
    public static int ItemN => 4;
    public static int GroupX => N / ItemN;
    public static int GroupY => M / ItemM;
}

/// <summary>32 x 32 by 64 items of 4 x 4, for small matrices: more groups to fill the device.</summary>
public readonly struct Tile32x32 : ITile
{
    public static int M => 32;
    public static int N => 32;
    public static int K => 16;
    public static int ItemM => 4;
    public static int ItemN => 4;
    public static int GroupX => N / ItemN;
    public static int GroupY => M / ItemM;
}
