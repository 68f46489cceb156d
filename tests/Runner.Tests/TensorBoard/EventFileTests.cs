using System.Text;
using TripletGpu.Runner.TensorBoard;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.TensorBoard;

/// <summary>The frames of event files, against published values.</summary>
public sealed class EventFileTests
{
    /// <summary>RFC 3720, B.4, and the check value of the catalogue of CRCs.</summary>
    static IEnumerable<TestCaseData> Vectors =>
    [
        new TestCaseData(new byte[32], 0x8A9136AAu).SetArgDisplayNames("32 bytes of 0"),
        new TestCaseData(Enumerable.Repeat((byte)255, 32).ToArray(), 0x62A8AB43u).SetArgDisplayNames("32 bytes of 255"),
        new TestCaseData(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 0x46DD794Eu)
            .SetArgDisplayNames("0 to 31"),
        new TestCaseData(Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray(), 0x113FDB5Cu)
            .SetArgDisplayNames("31 to 0"),
        new TestCaseData(Convert.FromHexString(
            "01C0000000000000000000000000000014000000000004000000001400000018280000000000000002000000" + "00000000"),
            0xD9963A56u).SetArgDisplayNames("an iSCSI command"),
        new TestCaseData(Encoding.ASCII.GetBytes("123456789"), 0xE3069283u).SetArgDisplayNames("123456789"),
        new TestCaseData(Array.Empty<byte>(), 0u).SetArgDisplayNames("nothing"),
    ];

    [TestCaseSource(nameof(Vectors))]
    public void Crc_IsThePublishedOne(byte[] bytes, uint expected)
    {
        Assert.That(EventFile.Crc(bytes), Is.EqualTo(expected));
        Assert.That(EventReader.Crc(bytes), Is.EqualTo(expected), "the reader's own");
    }

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
