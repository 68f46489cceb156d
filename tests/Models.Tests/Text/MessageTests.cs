using TripletGpu.Models.Text;

namespace TripletGpu.Models.Tests.Text;

/// <summary>Words of messages.</summary>
public sealed class MessageTests
{
    [TestCase(0, "image", null, "0 images")]
    [TestCase(1, "image", null, "1 image")]
    [TestCase(12_345, "image", null, "12,345 images")]
    [TestCase(1, "class", null, "1 class")]
    [TestCase(2, "class", null, "2 classes")]
    [TestCase(2, "epoch", null, "2 epochs")]
    [TestCase(1, "person", "people", "1 person")]
    [TestCase(3, "person", "people", "3 people")]
    public void Numbers_AgreeWithTheirNoun(long count, string one, string? many, string expected) =>
        Assert.That(Counted.Of(count, one, many), Is.EqualTo(expected));

    [TestCase("cat\ndog.png", @"cat\u000Adog.png")]
    [TestCase("a\r\u001b[31mb", @"a\u000D\u001B[31mb")]
    [TestCase("a\u2028b\u0085c", @"a\u2028b\u0085c")]
    [TestCase("Grüße\t[x] 日本", "Grüße\t[x] 日本")]
    public void Names_StayOnOneLine(string name, string expected)
    {
        Assert.That(Printable.Line(name), Is.EqualTo(expected));
        Assert.That(new UserErrorException(name).Message, Is.EqualTo(expected));
    }
}
