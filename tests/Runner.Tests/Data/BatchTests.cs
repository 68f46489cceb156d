using TripletGpu.Models;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Tests.Data;

public sealed class BatchTests
{
    static MemoryDataset Data(int count)
    {
        byte[] pixels = new byte[count * 2 * 3 * 4];
        new Random(1).NextBytes(pixels);
        return new("test", new(2, 3, 4), pixels, [.. Enumerable.Range(0, count).Select(i => i % 5)],
            ["a", "b", "c", "d", "e"]);
    }

    static DatasetBatches Source(MemoryDataset data) =>
        new(data, new ShuffledSampler(data.Count, 8, 3), [new PadCrop(1), new HorizontalFlip()], 3);

    [Test]
    public void Batch_HoldsScaledPixelsLabelsAndIndices()
    {
        MemoryDataset data = Data(10);
        DatasetBatches source = new(data, new SequentialSampler(10, 4), [], 1);
        Batch batch = source.CreateBatch();
        source.Fill(new(0, 1), batch);
        float[] image = new float[24];
        data.CopyImage(5, image);
        Assert.Multiple(() =>
        {
            Assert.That(batch.Shape, Is.EqualTo(new Shape(4, 2, 3, 4)));
            Assert.That(batch.Indices, Is.EqualTo(new[] { 4, 5, 6, 7 }));
            Assert.That(batch.Labels, Is.EqualTo(new[] { 4, 0, 1, 2 }));
            Assert.That(batch.Pixels.AsSpan(24, 24).ToArray(), Is.EqualTo(image));
            Assert.That(image.Min(), Is.GreaterThanOrEqualTo(0));
            Assert.That(image.Max(), Is.LessThanOrEqualTo(1));
            Assert.That(batch.Position, Is.EqualTo(new BatchPosition(0, 1)));
        });
    }

    [Test]
    public void Prefetcher_GivesTheSameBatchesInOrderFromAnyStart()
    {
        MemoryDataset data = Data(50);
        DatasetBatches plain = Source(data);
        Batch expected = plain.CreateBatch();
        BatchPosition position = BatchPosition.After(4, plain.BatchesPerEpoch);
        using BatchPrefetcher prefetcher = new(Source(data), position);
        for (int i = 0; i < 40; i++)
        {
            Batch batch = prefetcher.Take();
            plain.Fill(position, expected);
            Assert.That(batch.Position, Is.EqualTo(position));
            Assert.That(batch.Indices, Is.EqualTo(expected.Indices));
            Assert.That(batch.Pixels, Is.EqualTo(expected.Pixels));
            position = position.Next(plain.BatchesPerEpoch);
        }
    }

    [Test]
    public void Prefetcher_ThrowsWhatPreparingThrew_AfterTheBatchesBefore()
    {
        using BatchPrefetcher prefetcher = new(new Failing(), new(0, 0));
        Assert.That(prefetcher.Take().Position.Index, Is.EqualTo(0));
        Assert.That(prefetcher.Take().Position.Index, Is.EqualTo(1));
        Assert.That(() => prefetcher.Take(), Throws.TypeOf<UserErrorException>().With.Message.EqualTo("broken image"));
        Assert.That(() => prefetcher.Take(), Throws.TypeOf<UserErrorException>());
    }

    [Test]
    public void Prefetcher_DisposedAtOnce_Stops()
    {
        BatchPrefetcher prefetcher = new(Source(Data(20)), new(0, 0));
        prefetcher.Dispose();
        Assert.That(() => prefetcher.Take(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Position_CountsStepsOverEpochs()
    {
        BatchPosition position = default;
        for (int step = 0; step < 20; step++, position = position.Next(6))
            Assert.That(position, Is.EqualTo(BatchPosition.After(step, 6)));
    }

    [Test]
    public void Flip_MirrorsEachRowOfAboutHalfOfTheImages()
    {
        int flipped = 0;
        for (ulong i = 0; i < 200; i++)
        {
            float[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
            new HorizontalFlip().Apply(pixels, new(2, 2, 3), new Philox(1, 2, i << 8));
            if (pixels[0] == 1) continue;
            flipped++;
            Assert.That(pixels, Is.EqualTo(new float[] { 3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10 }));
        }
        Assert.That(flipped, Is.InRange(70, 130));
    }

    [Test]
    public void PadCrop_ShiftsByEveryAmountAndFillsWithZeros()
    {
        const int channels = 2, height = 4, width = 5, padding = 2;
        float[] image = [.. Enumerable.Range(1, channels * height * width).Select(i => (float)i)];
        HashSet<(int, int)> shifts = [];
        for (ulong i = 0; i < 400; i++)
        {
            float[] pixels = (float[])image.Clone();
            new PadCrop(padding).Apply(pixels, new(channels, height, width), new Philox(1, 2, i << 8));
            shifts.Add(ShiftOf(pixels));
        }
        Assert.That(shifts, Has.Count.EqualTo(25), "5 x 5 places");

        (int, int) ShiftOf(float[] pixels)
        {
            for (int down = -padding; down <= padding; down++)
                for (int right = -padding; right <= padding; right++)
                    if (pixels.AsSpan().SequenceEqual(Shifted(down, right))) return (down, right);
            Assert.Fail("no shift of the image");
            return default;
        }

        float[] Shifted(int down, int right)
        {
            float[] to = new float[image.Length];
            for (int c = 0; c < channels; c++)
                for (int h = 0; h < height; h++)
                    for (int w = 0; w < width; w++)
                        if (h - down is >= 0 and < height && w - right is >= 0 and < width)
                            to[(c * height + h) * width + w] = image[(c * height + h - down) * width + w - right];
            return to;
        }
    }

    [Test]
    public void Augmentations_AreNamedByWords()
    {
        Assert.That(Augmentations.Parse(["flip", "pad-crop:4"]).Select(a => a.GetType()),
            Is.EqualTo(new[] { typeof(HorizontalFlip), typeof(PadCrop) }));
        foreach (string bad in new[] { "flop", "pad-crop", "pad-crop:0", "pad-crop:x", "flip:1" })
            Assert.That(() => Augmentations.Parse([bad]), Throws.TypeOf<UserErrorException>()
                .With.Message.StartsWith("data.augment[0] must be"));
    }

    sealed class Failing : IBatchSource
    {
        public int BatchesPerEpoch => 10;

        public Batch CreateBatch() => new(1, new(1, 1, 1));

        public void Fill(BatchPosition position, Batch batch)
        {
            if (position.Index == 2) throw new UserErrorException("broken image");
            batch.Position = position;
        }
    }
}
