using ILGPU;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// The image's side of a tile of output pixels, for a CPU: what they see through a tap is copied sixteen at a time
/// where it lies side by side. Pixels are counted on over all images, so that small maps fill a tile.
/// </summary>
public static class PixelTable
{
    // Far outside of every image, however a tap moves it.
    const int Nowhere = -(1 << 28);

    /// <summary>
    /// Of <paramref name="count"/> pixels from <paramref name="first"/> on: where each sees the images through tap 0
    /// (element, line, column). Pixels beyond the last see nothing.
    /// </summary>
    public static void Fill(
        ArrayView<int> at, ArrayView<int> lines, ArrayView<int> columns, int first, int count, ConvolutionShape d)
    {
        for (int j = 0; j < count; j++)
        {
            int pixel = first + j, image = pixel / d.Pixels, p = pixel / d.Q % d.P, q = pixel % d.Q;
            bool exists = image < d.N;
            lines[j] = exists ? d.Line(p, 0) : Nowhere;
            columns[j] = d.Column(q, 0);
            at[j] = exists ? (image * d.C * d.H + lines[j]) * d.W + columns[j] : Nowhere;
        }
    }

    /// <summary>inside = -1 where a pixel sees an image through tap rs, 0 where it sees padding.</summary>
    public static void Mark(
        ArrayView<int> inside, ArrayView<int> lines, ArrayView<int> columns, int count, int rs, ConvolutionShape d)
    {
        int down = rs / d.S * d.DilationH, right = rs % d.S * d.DilationW;
        for (int j = 0; j < count; j++)
        {
            int h = lines[j] + down, w = columns[j] + right;
            inside[j] = h >= 0 && h < d.H && w >= 0 && w < d.W ? -1 : 0;
        }
    }

    /// <summary>
    /// row[to + j] = x[at[j] + shift] where it is inside, 0 elsewhere; <paramref name="count"/> is a multiple of 16,
    /// <paramref name="length"/> the number of elements of x.
    /// </summary>
    public static void Gather(
        ArrayView<float> x, int length, ArrayView<int> at, ArrayView<int> inside, int count, int shift,
        ArrayView<float> row,
        int to)
    {
        for (int first = 0; first < count; first += Lanes16.Count)
        {
            int start = at[first] + shift;
            bool isRun = at[first + Lanes16.Count - 1] - at[first] == Lanes16.Count - 1;
            if (isRun && start >= 0 && start + Lanes16.Count <= length)
                Lanes16.Store(Lanes16.Where(Lanes16.Load(x, start), inside, first), row, to + first);
            else
                for (int j = first; j < first + Lanes16.Count; j++)
                    row[to + j] = inside[j] != 0 ? x[at[j] + shift] : 0f;
        }
    }
}
