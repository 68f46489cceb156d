namespace TripletGpu.Engine.Tests;

public sealed class ShapeTests
{
    [Test]
    public void Count_IsTheProductOfTheExtents() => Assert.That(new Shape(2, 3, 5).Count, Is.EqualTo(30));

    [Test]
    public void Count_OfAScalar_IsOne() => Assert.That(Shape.Scalar.Count, Is.EqualTo(1));

    [Test]
    public void Indexer_CountsNegativeAxesFromTheEnd() => Assert.That(new Shape(2, 3, 5)[-1], Is.EqualTo(5));

    [Test]
    public void Indexer_OutsideTheRank_Throws() =>
        Assert.That(() => new Shape(2, 3)[2], Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Constructor_RefusesNegativeExtents() =>
        Assert.That(() => new Shape(2, -1), Throws.ArgumentException.With.Message.Contains("extent 1"));

    [Test]
    public void Constructor_RefusesTooManyExtents() =>
        Assert.That(() => new Shape(1, 1, 1, 1, 1, 1, 1), Throws.ArgumentException);

    [Test]
    public void Equality_ComparesRankAndExtents()
    {
        Shape a = new(2, 3), same = new Shape(2, 5).With(1, 3);
        Assert.That(a, Is.EqualTo(same));
        Assert.That(a.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(a, Is.Not.EqualTo(new Shape(2, 3, 1)));
    }

    [Test]
    public void ToString_ReadsLikeATuple() =>
        Assert.That(new Shape(8, 3, 224, 224).ToString(), Is.EqualTo("(8, 3, 224, 224)"));

    [Test]
    public void With_ReplacesOneExtent() => Assert.That(new Shape(2, 3).With(-1, 7), Is.EqualTo(new Shape(2, 7)));
}
