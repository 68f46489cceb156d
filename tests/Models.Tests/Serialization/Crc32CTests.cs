using System.Text;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Tests.Serialization;

/// <summary>Checks of bytes, against published values.</summary>
public sealed class Crc32CTests
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
    public void Check_IsThePublishedOne(byte[] bytes, uint expected) =>
        Assert.That(Crc32C.Of(bytes), Is.EqualTo(expected));

    [TestCaseSource(nameof(Vectors))]
    public void Parts_HaveTheCheckOfTheWhole(byte[] bytes, uint expected)
    {
        int half = bytes.Length / 3;
        Assert.That(
            ~Crc32C.Update(Crc32C.Update(Crc32C.Start, bytes.AsSpan(0, half)), bytes.AsSpan(half)),
            Is.EqualTo(expected));
    }
}
