using TripletGpu.Runner.TensorBoard;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.TensorBoard;

/// <summary>The frames of event files, against published values.</summary>
public sealed class EventFileTests
{
    /// <summary>The check value of the catalogue of CRCs.</summary>
    [Test]
    public void ReadersOwnCrc_IsThePublishedOne() =>
        Assert.That(EventReader.Crc("123456789"u8), Is.EqualTo(0xE3069283u));

    /// <summary>
    /// Every event file of TensorFlow begins with the length of "brain.Event:2" in an event, 24, and its masked check.
    /// </summary>
    [Test]
    public void FirstRecord_IsThatOfTensorFlow()
    {
        using TemporaryFolder folder = new();
        using (EventFile file = EventFile.Create(folder.Path, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000))) { }
        byte[] bytes = File.ReadAllBytes(Directory.GetFiles(folder.Path).Single());
        Assert.That(bytes[..13], Is.EqualTo(Convert.FromHexString("1800000000000000A37F4B2209")));
        Assert.That(bytes, Has.Length.EqualTo(8 + 4 + 24 + 4));
        Fields version = EventReader.Read(Directory.GetFiles(folder.Path).Single()).Single();
        Assert.That(version.Text(3), Is.EqualTo("brain.Event:2"));
        Assert.That(version[1], Is.EqualTo(1_700_000_000.0));
    }

    [Test]
    public void FilesOfOneSecond_AreTwo_InTheOrderOfTheirNames()
    {
        using TemporaryFolder folder = new();
        DateTimeOffset time = DateTimeOffset.UtcNow;
        EventFile.Create(folder.Path, time).Dispose();
        string first = Directory.GetFiles(folder.Path).Single();
        EventFile.Create(folder.Path, time).Dispose();
        Assert.That(Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).First(), Is.EqualTo(first));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(2).And.All.Contains("events.out.tfevents."));
    }

    [Test]
    public void Histogram_CountsEveryValueOnce()
    {
        Random random = new(4);
        float[] values = [.. Enumerable.Range(0, 1000).Select(_ => 4 * random.NextSingle())];
        Histogram histogram = new(values);
        Assert.Multiple(() =>
        {
            Assert.That(histogram.Counts.Sum(), Is.EqualTo(1000));
            Assert.That(histogram.Limits, Is.Ordered.And.Length.EqualTo(histogram.Counts.Length));
            Assert.That(histogram.Limits[^1], Is.EqualTo(values.Max()).Within(1e-6));
            Assert.That(histogram.Counts[0], Is.EqualTo(values.Count(v => v < histogram.Limits[0])));
            Assert.That(histogram.Sum, Is.EqualTo(values.Sum(v => (double)v)).Within(1e-9));
            Assert.That(new Histogram([2, 2, 2]).Counts[0], Is.EqualTo(3), "all equal");
        });
    }
}
