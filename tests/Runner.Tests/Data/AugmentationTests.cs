using TripletGpu.Models;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Tests.Data;

public sealed class AugmentationTests
{
    static float[] Ramp(Shape shape) => [.. Enumerable.Range(0, (int)shape.Count).Select(i => (float)i / shape.Count)];

    [TestCase("flip", typeof(HorizontalFlip))]
    [TestCase("pad-crop:4", typeof(PadCrop))]
    [TestCase("resize-crop:0.5", typeof(ResizeCrop))]
    [TestCase("colour:0.2", typeof(ColourJitter))]
    public void Parse_EveryWord(string word, Type type) => Assert.That(Augmentations.Parse([word])[0], Is.TypeOf(type));

    [TestCase("flip:1")]
    [TestCase("pad-crop")]
    [TestCase("pad-crop:0")]
    [TestCase("pad-crop:1.5")]
    [TestCase("resize-crop:0")]
    [TestCase("resize-crop:2")]
    [TestCase("colour:-1")]
    [TestCase("colour:NaN")]
    [TestCase("rotate:4")]
    public void Parse_AnythingElse_NamesTheField(string word) => Assert.That(() => Augmentations.Parse(["flip", word]),
        Throws.TypeOf<UserErrorException>().With.Message.StartsWith("data.augment[1] must be").And.Message.EndsWith(
            $"not '{word}'"));

    [Test]
    public void ResizeCrop_OfTheWholeArea_ChangesNothing()
    {
        Shape shape = new(2, 5, 7);
        float[] pixels = Ramp(shape);
        // Only the whole image has the whole area and fits.
        new ResizeCrop(1).Apply(pixels, shape, new Philox(1));
        Assert.That(pixels, Is.EqualTo(Ramp(shape)).Within(1e-6f));
    }

    [Test]
    public void ResizeCrop_OfARamp_IsAPartOfTheRamp()
    {
        Shape shape = new(1, 12, 16);
        float[] smallest = new float[200];
        for (ulong i = 0; i < 200; i++)
        {
            float[] pixels = [.. Enumerable.Range(0, 12 * 16).Select(p => p % 16 / 15f)];
            new ResizeCrop(0.25f).Apply(pixels, shape, new Philox(1, 2, i << 8));
            ReadOnlySpan<float> row = pixels.AsSpan(0, 16);
            float step = row[8] - row[7];
            smallest[i] = step * 15;
            Assert.That(step * 15, Is.InRange(0.43f, 1.001f), "half the width, a seventh narrower, to all of it");
            Assert.That(row[4] - row[3], Is.EqualTo(row[12] - row[11]).Within(0.02f), "evenly");
            Assert.That(pixels.AsSpan(16, 16).ToArray(), Is.EqualTo(row.ToArray()), "a ramp to the right alone");
        }
        Assert.That(smallest.Min(), Is.LessThan(0.6f));
    }

    [Test]
    public void Colour_OfAGreyImage_KeepsItGreyAndChangesItWithinBounds()
    {
        Shape shape = new(3, 4, 4);
        HashSet<float> values = [];
        for (ulong i = 0; i < 50; i++)
        {
            float[] pixels = [.. Enumerable.Repeat(0.5f, 48)];
            new ColourJitter(0.2f).Apply(pixels, shape, new Philox(1, 2, i << 8));
            Assert.That(pixels, Is.All.InRange(0.3999f, 0.6001f).And.All.EqualTo(pixels[0]).Within(1e-6f));
            values.Add(pixels[0]);
        }
        Assert.That(values, Has.Count.GreaterThan(40));
    }

    [Test]
    public void Colour_ChangesContrastAndSaturation_WithinZeroAndOne()
    {
        Shape shape = new(3, 1, 2);
        float[] before = [0.9f, 0.1f, 0.5f, 0.5f, 0.1f, 0.9f];
        for (ulong i = 0; i < 50; i++)
        {
            float[] pixels = [.. before];
            new ColourJitter(1).Apply(pixels, shape, new Philox(1, 2, i << 8));
            Assert.That(pixels, Is.All.InRange(0, 1));
        }
    }
}
