using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Changes brightness, contrast and, of colour images, saturation, in this order, each by a random factor from 1 -
/// <paramref name="strength"/> to 1 + <paramref name="strength"/> (torchvision's ColorJitter). Pixels stay in [0, 1].
/// </summary>
public sealed class ColourJitter(float strength) : IAugmentation
{
    /// <inheritdoc/>
    public void Apply(Span<float> pixels, Shape shape, Philox random)
    {
        float brightness = Factor(random), contrast = Factor(random), saturation = Factor(random);
        foreach (ref float pixel in pixels) pixel = Math.Clamp(pixel * brightness, 0, 1);
        float mean = MeanGrey(pixels, shape);
        foreach (ref float pixel in pixels) pixel = Math.Clamp(mean + contrast * (pixel - mean), 0, 1);
        if (shape[0] != 3) return;
        int plane = shape[1] * shape[2];
        for (int i = 0; i < plane; i++)
        {
            float grey = Grey(pixels, plane, i);
            for (int at = i; at < pixels.Length; at += plane)
                pixels[at] = Math.Clamp(grey + saturation * (pixels[at] - grey), 0, 1);
        }
    }

    float Factor(Philox random) => 1 + strength * (2 * random.NextSingle() - 1);

    static float MeanGrey(ReadOnlySpan<float> pixels, Shape shape)
    {
        int plane = shape[1] * shape[2];
        double sum = 0;
        if (shape[0] == 3)
            for (int i = 0; i < plane; i++) sum += Grey(pixels, plane, i);
        else
            foreach (float pixel in pixels) sum += pixel;
        return (float)(sum / (shape[0] == 3 ? plane : pixels.Length));
    }

    /// <summary>Brightness by ITU-R BT.601.</summary>
    static float Grey(ReadOnlySpan<float> pixels, int plane, int i) =>
        0.299f * pixels[i] + 0.587f * pixels[plane + i] + 0.114f * pixels[2 * plane + i];
}
