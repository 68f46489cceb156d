using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Modules;

namespace TripletGpu.Runner.Explaining;

/// <summary>
/// Which pixels of each image make a pair alike, in two ways that know nothing of each other. Integrated gradients
/// (Sundararajan, Taly, Yan 2017): the gradient of minus the squared distance, averaged on the straight line from a
/// plain image to this one, times what separates them; its sum is the whole difference. Occlusion (Zeiler, Fergus
/// 2014): a square is painted over in the same plain colour, and the distance measured again.
/// </summary>
sealed class PairExplainer
{
    const int Points = 64, ImagesAtOnce = 16;

    // Windows in a row, half over each other: 13 x 13 in all.
    const int WindowsAcross = 7;

    readonly EmbeddingNetwork network;
    readonly Shape shape;
    readonly int plane, channels;

    /// <param name="network">In inference mode; its parameters no longer ask for gradients afterwards.</param>
    public PairExplainer(EmbeddingNetwork network)
    {
        this.network = network;
        shape = network.ImageShape;
        (channels, plane) = (shape[0], shape[1] * shape[2]);
        foreach (Parameter parameter in network.Parameters()) parameter.IsTrainable = false;
    }

    int Window => Math.Max(2, (Math.Min(shape[1], shape[2]) + WindowsAcross - 1) / WindowsAcross);

    /// <summary>Explains a pair of images (C H W, in [0, 1]).</summary>
    public PairExplanation Explain(string nameA, float[] a, string nameB, float[] b)
    {
        float[] embeddings = Embed([.. a, .. b], 2);
        float[] ofA = embeddings[..network.Dimension], ofB = embeddings[network.Dimension..];
        return new PairExplanation(Distance(ofA, ofB), Window, Explain(nameA, a, ofB), Explain(nameB, b, ofA));
    }

    ExplainedImage Explain(string name, float[] image, float[] other)
    {
        float[] plain = Plain(image), gradients = Integrate(image, plain, other);
        double likeness = -Distance(Embed(image, 1), other), ofPlain = -Distance(Embed(plain, 1), other);
        (float[] occlusion, double[] painted, double[] summed) = Occlude(image, plain, other, likeness, gradients);
        return new ExplainedImage(
            name, shape, image, gradients, occlusion, RankCorrelation.Of(painted, summed), painted.Length,
            gradients.Sum(g => (double)g) / (likeness - ofPlain));
    }

    /// <summary>An image of the mean colour of this one's edge: the ground that things stand on, mostly.</summary>
    float[] Plain(float[] image)
    {
        int height = shape[1], width = shape[2];
        float[] plain = new float[image.Length];
        for (int c = 0; c < channels; c++)
        {
            double sum = 0;
            int count = 0;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x += y is 0 || y == height - 1 || width == 1 ? 1 : width - 1, count++)
                    sum += image[c * plane + y * width + x];
            plain.AsSpan(c * plane, plane).Fill((float)(sum / count));
        }
        return plain;
    }

    float[] Integrate(float[] image, float[] plain, float[] other)
    {
        double[] sums = new double[image.Length];
        for (int first = 0; first < Points; first += ImagesAtOnce)
        {
            int count = Math.Min(ImagesAtOnce, Points - first);
            float[] batch = new float[count * image.Length];
            for (int i = 0; i < count; i++)
            {
                float share = (first + i + 0.5f) / Points;
                for (int p = 0; p < image.Length; p++)
                    batch[i * image.Length + p] = plain[p] + share * (image[p] - plain[p]);
            }
            float[] gradient = Differentiate(batch, count, other);
            for (int i = 0; i < gradient.Length; i++) sums[i % image.Length] += gradient[i];
        }
        float[] map = new float[plane];
        for (int p = 0; p < image.Length; p++)
            map[p % plane] += (float)(sums[p] / Points * (image[p] - plain[p]));
        return map;
    }

    /// <summary>The gradient of minus the squared distance to another embedding, by each image's pixels.</summary>
    float[] Differentiate(float[] images, int count, float[] other)
    {
        Device device = network.Device;
        using Step step = device.BeginStep();
        Tensor pixels = device.Tensor(new Shape([count, .. shape.ToArray()]), images);
        pixels.RequiresGradient = true;
        Tensor embeddings = network.Forward(pixels);
        float[] gradient = embeddings.ToArray();
        for (int i = 0; i < gradient.Length; i++) gradient[i] = -2 * (gradient[i] - other[i % other.Length]);
        step.Backward(embeddings, device.Tensor(embeddings.Shape, gradient));
        return step.Gradients[pixels].ToArray();
    }

    /// <summary>Paints windows over.</summary>
    /// <returns>The map, and by window the loss of likeness and the sum of the gradients.</returns>
    (float[] Map, double[] Painted, double[] Summed) Occlude(
        float[] image, float[] plain, float[] other, double likeness, float[] gradients)
    {
        int height = shape[1], width = shape[2], window = Window, stride = Math.Max(1, window / 2);
        (int Y, int X)[] places =
        [
            .. from y in Starts(height, window, stride) from x in Starts(width, window, stride) select (y, x),
        ];
        double[] painted = new double[places.Length], summed = new double[places.Length], sums = new double[plane];
        int[] covers = new int[plane];
        for (int first = 0; first < places.Length; first += ImagesAtOnce)
        {
            int count = Math.Min(ImagesAtOnce, places.Length - first);
            float[] batch = new float[count * image.Length];
            for (int i = 0; i < count; i++)
            {
                Span<float> copy = batch.AsSpan(i * image.Length, image.Length);
                image.CopyTo(copy);
                foreach (int p in Pixels(places[first + i]))
                    for (int c = 0; c < channels; c++) copy[c * plane + p] = plain[c * plane + p];
            }
            float[] embeddings = Embed(batch, count);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> embedding = embeddings.AsSpan(i * other.Length, other.Length);
                double lost = painted[first + i] = likeness + Distance(embedding, other);
                foreach (int p in Pixels(places[first + i]))
                {
                    summed[first + i] += gradients[p];
                    sums[p] += lost;
                    covers[p]++;
                }
            }
        }
        return ([.. sums.Select((sum, p) => (float)(sum / Math.Max(1, covers[p])))], painted, summed);

        IEnumerable<int> Pixels((int Y, int X) place)
        {
            for (int y = place.Y; y < place.Y + window; y++)
                for (int x = place.X; x < place.X + window; x++) yield return y * width + x;
        }
    }

    /// <summary>Where windows begin: evenly, the last at the very end.</summary>
    static IEnumerable<int> Starts(int extent, int window, int stride)
    {
        for (int start = 0; start < extent - window; start += stride) yield return start;
        yield return extent - window;
    }

    float[] Embed(float[] images, int count)
    {
        using Step step = network.Device.BeginStep(record: false);
        return network.Forward(network.Device.Tensor(new Shape([count, .. shape.ToArray()]), images)).ToArray();
    }

    static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return sum;
    }
}
