using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Modules;

namespace TripletGpu.Runner.Explaining;

/// <summary>
/// Which pixels of each image make a pair alike, in two ways that know nothing of each other. Integrated gradients
/// (Sundararajan, Taly, Yan 2017): the gradient of the likeness, averaged on the straight line from a blurred image to
/// this one, times what separates them; its sum is the whole difference. Occlusion (Zeiler, Fergus 2014): the image is
/// blurred in one place, and the likeness measured again.
/// </summary>
/// <remarks>
/// The likeness is how far the embedding, before it is scaled to length 1, points to the other one's: at the image
/// itself the cosine. The cosine has no gradient where two embeddings agree, just where one wants to know why. Of
/// embeddings that are not normalised it is minus the squared distance.
/// </remarks>
sealed class PairExplainer
{
    const int Points = 64, ImagesAtOnce = 16;

    // Of the image's side: the squares, from one to the next, and how far a pixel is blurred three times over.
    const int Squares = 4, Steps = 16, BlurPart = 6, BlurPasses = 3;

    readonly EmbeddingNetwork network;
    readonly Shape shape;
    readonly int plane, channels, height, width;

    /// <param name="network">In inference mode; its parameters no longer ask for gradients afterwards.</param>
    public PairExplainer(EmbeddingNetwork network)
    {
        this.network = network;
        shape = network.ImageShape;
        (channels, height, width, plane) = (shape[0], shape[1], shape[2], shape[1] * shape[2]);
        foreach (Parameter parameter in network.Parameters()) parameter.IsTrainable = false;
    }

    int Window => Math.Max(2, (Math.Min(height, width) + Squares - 1) / Squares);

    /// <summary>Explains a pair of images (C H W, in [0, 1]).</summary>
    /// <exception cref="UserErrorException">An embedding is not finite.</exception>
    public PairExplanation Explain(string nameA, float[] a, string nameB, float[] b)
    {
        float[] embeddings = Embed([.. a, .. b], 2, out _);
        if (NonFinite.First(embeddings) is >= 0 and var at)
            throw new UserErrorException(
                $"the embedding of {(at < network.Dimension ? nameA : nameB)} holds NaN or infinity: its values are too"
                + " large, or the network has diverged");
        float[] ofA = embeddings[..network.Dimension], ofB = embeddings[network.Dimension..];
        return new PairExplanation(Distance(ofA, ofB), Window, Explain(nameA, a, ofB), Explain(nameB, b, ofA));
    }

    ExplainedImage Explain(string name, float[] image, float[] other)
    {
        Embed(image, 1, out float[] raw);
        double length = Math.Max(1e-12, Math.Sqrt(raw.Sum(v => (double)v * v)));
        float[] plain = Blurred(image), gradients = Integrate(image, plain, other, length);
        double[] ends = Likeness([.. image, .. plain], 2, other, length);
        (float[] occlusion, double[] lost, double[] summed) = Occlude(image, plain, other, length, ends[0], gradients);
        return new ExplainedImage(
            name, shape, image, gradients, occlusion, RankCorrelation.Of(lost, summed), lost.Length,
            gradients.Sum(g => (double)g) / (ends[0] - ends[1]));
    }

    float[] Integrate(float[] image, float[] plain, float[] other, double length)
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
            float[] gradient = Differentiate(batch, count, other, length);
            for (int i = 0; i < gradient.Length; i++) sums[i % image.Length] += gradient[i];
        }
        float[] map = new float[plane];
        for (int p = 0; p < image.Length; p++)
            map[p % plane] += (float)(sums[p] / Points * (image[p] - plain[p]));
        return map;
    }

    /// <summary>The gradient of each image's likeness by its pixels.</summary>
    float[] Differentiate(float[] images, int count, float[] other, double length)
    {
        Device device = network.Device;
        using Step step = device.BeginStep();
        Tensor pixels = device.Tensor(new Shape([count, .. shape.ToArray()]), images);
        pixels.RequiresGradient = true;
        network.Forward(pixels, out Tensor raw);
        float[] gradient = raw.ToArray();
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = network.IsNormalized
                ? (float)(other[i % other.Length] / length) : -2 * (gradient[i] - other[i % other.Length]);
        step.Backward(raw, device.Tensor(raw.Shape, gradient));
        return step.Gradients[pixels].ToArray();
    }

    /// <summary>Blurs the image in one square after the other, most in its middle.</summary>
    /// <returns>The map, and by square the likeness that is lost and the sum of the gradients.</returns>
    (float[] Map, double[] Lost, double[] Summed) Occlude(
        float[] image, float[] plain, float[] other, double length, double likeness, float[] gradients)
    {
        (int Y, int X)[] places = [.. from y in Starts(height) from x in Starts(width) select (y, x)];
        double[] lost = new double[places.Length], summed = new double[places.Length];
        double[] sums = new double[plane], weights = new double[plane];
        for (int first = 0; first < places.Length; first += ImagesAtOnce)
        {
            int count = Math.Min(ImagesAtOnce, places.Length - first);
            float[] batch = new float[count * image.Length];
            for (int i = 0; i < count; i++)
            {
                int from = i * image.Length;
                image.CopyTo(batch.AsSpan(from));
                foreach ((int p, float part) in Square(places[first + i]))
                    for (int c = p; c < image.Length; c += plane) batch[from + c] += part * (plain[c] - image[c]);
            }
            double[] left = Likeness(batch, count, other, length);
            for (int i = 0; i < count; i++)
            {
                lost[first + i] = likeness - left[i];
                foreach ((int p, float part) in Square(places[first + i]))
                {
                    summed[first + i] += part * gradients[p];
                    sums[p] += part * lost[first + i];
                    weights[p] += part;
                }
            }
        }
        return ([.. sums.Select((sum, p) => (float)(weights[p] > 0 ? sum / weights[p] : 0))], lost, summed);
    }

    /// <summary>The pixels of a square, and how much of each is blurred: an edge would be new to see.</summary>
    IEnumerable<(int Pixel, float Part)> Square((int Y, int X) place)
    {
        for (int y = 0; y < Window; y++)
            for (int x = 0; x < Window; x++)
                yield return ((place.Y + y) * width + place.X + x, (float)(Rise(y) * Rise(x)));

        double Rise(int at) => Math.Sin(Math.PI * (at + 0.5) / Window);
    }

    /// <summary>Where squares begin: evenly, the last at the very end.</summary>
    IEnumerable<int> Starts(int extent)
    {
        for (int start = 0; start < extent - Window; start += Math.Max(1, extent / Steps)) yield return start;
        yield return extent - Window;
    }

    /// <summary>Means of boxes, three times over, which is nearly a Gaussian; edges go on outwards.</summary>
    float[] Blurred(float[] image)
    {
        int reach = Math.Max(1, Math.Min(height, width) / BlurPart);
        float[] now = image;
        for (int pass = 0; pass < BlurPasses; pass++)
        {
            now = Boxed(now, width, 1, height, width, reach);
            now = Boxed(now, height, width, width, 1, reach);
        }
        return now;
    }

    /// <summary>Means along lines of <paramref name="extent"/> values that are <paramref name="step"/> apart.</summary>
    float[] Boxed(float[] from, int extent, int step, int lines, int lineStep, int reach)
    {
        float[] to = new float[from.Length];
        for (int line = 0; line < channels * lines; line++)
        {
            int start = line / lines * plane + line % lines * lineStep;
            for (int i = 0; i < extent; i++)
            {
                float sum = 0;
                for (int j = i - reach; j <= i + reach; j++) sum += from[start + Math.Clamp(j, 0, extent - 1) * step];
                to[start + i * step] = sum / (2 * reach + 1);
            }
        }
        return to;
    }

    double[] Likeness(float[] images, int count, float[] other, double length)
    {
        Embed(images, count, out float[] raw);
        double[] found = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = raw.AsSpan(i * other.Length, other.Length);
            if (!network.IsNormalized) found[i] = -Distance(row, other);
            else
                for (int k = 0; k < row.Length; k++) found[i] += row[k] * other[k] / length;
        }
        return found;
    }

    float[] Embed(float[] images, int count, out float[] raw)
    {
        using Step step = network.Device.BeginStep(record: false);
        Tensor embeddings = network.Forward(
            network.Device.Tensor(new Shape([count, .. shape.ToArray()]), images), out Tensor unscaled);
        raw = unscaled.ToArray();
        return embeddings.ToArray();
    }

    static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return sum;
    }
}
