using TripletGpu.RandomNumbers;

namespace TripletGpu.Engine.Tests.RandomNumbers;

public sealed class PhiloxTests
{
    // The known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
        0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_GivesTheKnownAnswers(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d) =>
        Assert.That(Philox.Block(Join(k0, k1), Join(c2, c3), Join(c0, c1)), Is.EqualTo((a, b, c, d)));

    [Test]
    public void Draws_FromAPosition_ContinueTheSequence()
    {
        Philox whole = new(7, 3);
        uint[] values = [.. Enumerable.Range(0, 11).Select(_ => whole.NextUInt32())];
        Philox rest = new(7, 3, position: 5);
        Assert.That(Enumerable.Range(0, 6).Select(_ => rest.NextUInt32()), Is.EqualTo(values[5..]));
        Assert.That(whole.Position, Is.EqualTo(11));
    }

    [Test]
    public void NextInt32_IsEven()
    {
        Philox random = new(1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[random.NextInt32(7)]++;
        // The deviation of a count is 93: five of them.
        Assert.That(counts, Has.All.InRange(10_000 - 465, 10_000 + 465));
    }

    [Test]
    public void NextNormal_HasMeanZeroAndDeviationOne()
    {
        Philox random = new(1);
        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (double)random.NextNormal())];
        Assert.That(values.Average(), Is.Zero.Within(0.016));
        Assert.That(values.Average(v => v * v), Is.EqualTo(1).Within(0.023));
    }

    [Test]
    public void Shuffle_Permutes()
    {
        int[] values = [.. Enumerable.Range(0, 100)];
        new Philox(2).Shuffle<int>(values);
        Assert.That(values, Is.EquivalentTo(Enumerable.Range(0, 100)).And.Not.Ordered);
    }

    static ulong Join(uint low, uint high) => low | ((ulong)high << 32);
}
