using System.Text.Json;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Explaining;

/// <summary>A page with both images under what their pixels do, by either way.</summary>
static class ExplanationPage
{
    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The page as text.</summary>
    /// <param name="pair">What was found.</param>
    /// <param name="run">Whose network it is.</param>
    /// <param name="isNormalized">Whether embeddings have length 1: then there is a cosine.</param>
    public static string Render(PairExplanation pair, string run, bool isNormalized) =>
        PageTemplate.Fill("explain.html", JsonSerializer.Serialize(new
        {
            title = "Why these two are as alike as they are",
            run,
            distance = pair.SquaredDistance,
            cosine = isNormalized ? 1 - pair.SquaredDistance / 2 : (double?)null,
            window = pair.Window,
            images = ((ExplainedImage[])[pair.A, pair.B]).Select(image => new
            {
                image.Name,
                width = image.Shape[2],
                height = image.Shape[1],
                png = Convert.ToBase64String(Png(image)),
                gradients = Quantized(image.Gradients),
                occlusion = Quantized(image.Occlusion),
                agreement = double.IsFinite(image.Agreement) ? image.Agreement : (double?)null,
                image.Windows,
                completeness = double.IsFinite(image.Completeness) ? image.Completeness : (double?)null,
            }),
        }, json));

    static byte[] Png(ExplainedImage image)
    {
        int plane = image.Shape[1] * image.Shape[2], channels = image.Shape[0] < 3 ? 1 : 3;
        byte[] pixels = new byte[plane * channels];
        for (int p = 0; p < plane; p++)
            for (int c = 0; c < channels; c++)
                pixels[p * channels + c] =
                    (byte)Math.Clamp(MathF.Round(255 * image.Pixels[c * plane + p]), 0, 255);
        return PngEncoder.Encode(pixels, image.Shape[2], image.Shape[1], channels);
    }

    /// <summary>A map in 255 steps, the few largest values cut off so that they do not hide the others.</summary>
    static string Quantized(float[] map)
    {
        float[] sizes = [.. map.Select(Math.Abs).Order()];
        float most = sizes[(int)(0.995 * (sizes.Length - 1))];
        if (!(most > 0)) most = sizes[^1] > 0 ? sizes[^1] : 1;
        return Convert.ToBase64String(Array.ConvertAll(
            map, value => (byte)(sbyte)Math.Clamp(MathF.Round(127 * value / most), -127, 127)));
    }
}
