namespace TripletGpu.Kernels.Convolution;

/// <summary>An output pixel: where it sees the images through tap 0, and where its gradient of filter 0 lies.</summary>
public struct SeenPixel
{
    /// <summary>The element, line and column that it sees.</summary>
    public int Start, Line, Column;

    /// <summary>Its place in the output.</summary>
    public int Gradient;

    /// <summary>Works out pixel number <paramref name="pixel"/>, counted over all images.</summary>
    public static void Find(out SeenPixel found, int pixel, ConvolutionShape d)
    {
        int image = pixel / d.Pixels, inner = pixel % d.Pixels;
        int line = d.Line(inner / d.Q, 0), column = d.Column(inner % d.Q, 0);
        found.Start = (image * d.C * d.H + line) * d.W + column;
        found.Line = line;
        found.Column = column;
        found.Gradient = image * d.K * d.Pixels + inner;
    }

    /// <summary>Goes on to the pixel that is <paramref name="count"/> further: without a division.</summary>
    public static void Advance(ref SeenPixel pixel, int count, ConvolutionShape d)
    {
        int image = pixel.Start - pixel.Line * d.W - pixel.Column, gradient = pixel.Gradient + count;
        int line = pixel.Line, column = pixel.Column + count * d.StrideW;
        while (column >= d.Column(d.Q, 0))
        {
            column -= d.Q * d.StrideW;
            line += d.StrideH;
        }
        while (line >= d.Line(d.P, 0))
        {
            line -= d.P * d.StrideH;
            image += d.C * d.H * d.W;
            gradient += (d.K - 1) * d.Pixels;
        }
        pixel.Start = image + line * d.W + column;
        pixel.Line = line;
        pixel.Column = column;
        pixel.Gradient = gradient;
    }
}
