using TripletGpu.Models.Text;

namespace TripletGpu.Models.Tests.Text;

/// <summary>Words of messages.</summary>
public sealed class MessageTests
{
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
