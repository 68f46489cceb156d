using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Tests.Data;

/// <summary>Images of a data set in another size, in more channels, in black and white.</summary>
public sealed class FittedDatasetTests
{
    static readonly float[] source =
        [0, 0.7f, 0.3f, 1, 0.6f, 0.2f, 0.9f, 0.5f, 0.1f, 0.8f, 0.4f, 0, 0.7f, 0.3f, 1, 0.6f, 0.2f, 0.9f, 0.5f, 0.1f];

    // PyTorch: interpolate(x, size=(7, 6), mode='bicubic', align_corners=True)
    static readonly double[] larger =
    [
        0, 0.6152, 0.43, 0.5572, 0.9968, 0.6, 0.08125, 0.791325, 0.618087, 0.374312, 0.57205, 0.68125, 0.2, 0.8152,
        0.7488,
        0.2512, 0.1848, 0.8, 0.3, 0.4092, 0.606937, 0.355738, 0.208075, 1.003125, 0.4, 0.0032, 0.4428, 0.57, 0.3848, 1,
        0.51875, 0.027075, 0.514112, 0.739488, 0.40675, 0.56875, 0.6, 0.2032, 0.6428, 0.8492, 0.3912, 0.1,
    ];

    static readonly MemoryDataset images = new(
        "images", new Shape(1, 4, 5), [.. source, .. source.Reverse()], [0, 1], ["a", "b"]);

    static float[] Pixels(IImageDataset data, int index)
    {
        float[] pixels = new float[data.ImageShape.Count];
        data.CopyImage(index, pixels);
        return pixels;
    }

    static RunConfig Config(bool resize, double? binarize, params int[] input) => new()
    {
        Model = new ModelConfig { Input = input },
        Data = new DataConfig { Resize = resize, Binarize = binarize },
    };

    [Test]
    public void Resized_MatchesPyTorch_InEveryChannel()
    {
        IImageDataset data = FittedDataset.Of(images, Config(resize: true, binarize: null, 3, 7, 6));
        Assert.That(data.ImageShape, Is.EqualTo(new Shape(3, 7, 6)));
        Assert.That(data.Labels.ToArray(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Pixels(data, 0), Is.EqualTo(larger.Concat(larger).Concat(larger)).Within(1e-5));
        Assert.That(
            Pixels(data, 1)[..larger.Length], Is.EqualTo(larger.Reverse()).Within(1e-5), "turned by half a turn");
    }

    [Test]
    public void Binarized_HasZerosAndOnes()
    {
        IImageDataset data = FittedDataset.Of(images, Config(resize: true, binarize: 0.5, 1, 7, 6));
        Assert.That(Pixels(data, 0), Is.EqualTo(larger.Select(v => v > 0.5 ? 1f : 0)));
        data = FittedDataset.Of(images, Config(resize: false, binarize: 0.6, 1, 28, 28));
        Assert.That(Pixels(data, 0), Is.EqualTo(source.Select(v => v > 0.6f ? 1f : 0)));
    }

    [Test]
    public void NothingToDo_LeavesTheDataSet() =>
        Assert.That(FittedDataset.Of(images, Config(resize: true, binarize: null, 1, 4, 5)), Is.SameAs(images));

    [Test]
    public void ChannelsThatDoNotFit_AreExplained()
    {
        MemoryDataset coloured = new("coloured", new Shape(3, 1, 1), [0f, 0, 0], [0], ["a"]);
        Assert.That(() => FittedDataset.Of(coloured, Config(resize: true, binarize: null, 1, 7, 6)),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("which have 3"));
    }
}
