namespace TripletGpu.Kernels.Convolution;

/// <summary>A tap of a filter: where it looks from where tap 0 does.</summary>
public struct Tap
{
    /// <summary>Elements, lines and columns further.</summary>
    public int Shift, Down, Right;

    /// <summary>Works out tap number <paramref name="tap"/>, counted over all channels.</summary>
    public static void Find(out Tap found, int tap, ConvolutionShape d)
    {
        int rs = tap % (d.R * d.S);
        found.Shift = tap / (d.R * d.S) * d.H * d.W + d.Shift(rs);
        found.Down = rs / d.S * d.DilationH;
        found.Right = rs % d.S * d.DilationW;
    }

    /// <summary>Goes on to the tap that is <paramref name="count"/> further: without a division.</summary>
    public static void Advance(ref Tap tap, int count, ConvolutionShape d)
    {
        int plane = tap.Shift - tap.Down * d.W - tap.Right, down = tap.Down, right = tap.Right + count * d.DilationW;
        while (right >= d.S * d.DilationW)
        {
            right -= d.S * d.DilationW;
            down += d.DilationH;
        }
        while (down >= d.R * d.DilationH)
        {
            down -= d.R * d.DilationH;
            plane += d.H * d.W;
        }
        tap.Shift = plane + down * d.W + right;
        tap.Down = down;
        tap.Right = right;
    }
}
