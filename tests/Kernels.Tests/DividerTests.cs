namespace TripletGpu.Kernels.Tests;

public sealed class DividerTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(7)]
    [TestCase(49)]
    [TestCase(641)]
    [TestCase(50_176)]
    [TestCase((1 << 30) - 1)]
    [TestCase(1 << 30)]
    [TestCase((1 << 30) + 1)]
    [TestCase(int.MaxValue - 1)]
    [TestCase(int.MaxValue)]
    public void Quotient_IsTheDivisions(int divisor)
    {
        Divider by = Divider.By(divisor);
        var random = new Random(divisor);
        IEnumerable<int> numbers = Enumerable.Range(0, 2000)
            .SelectMany(i => (long[])[i, int.MaxValue - i, (long)i * divisor - 1, (long)i * divisor, random.Next()])
            .Where(n => n is >= 0 and <= int.MaxValue).Select(n => (int)n);
        foreach (int n in numbers)
        {
            int q = by.Quotient(n);
            if (q != n / divisor || by.Remainder(n, q) != n % divisor) Assert.Fail($"{n} / {divisor} became {q}");
        }
    }

    [Test]
    public void By_Nothing_DividesByOne() => Assert.That(Divider.By(0).Quotient(5), Is.EqualTo(5));
}
