using TripletGpu.Models.Evaluation;

namespace TripletGpu.Models.Tests.Evaluation;

/// <summary>A group for which the common threshold is not safe shows.</summary>
public sealed class GroupProtocolTests
{
    [Test]
    public void AWeakGroup_Shows()
    {
        // Twenty people of group A stand 10 apart, twenty of group B only 1; three images each, 0.2 apart.
        const int people = 40, images = 3;
        float[] values = new float[people * images];
        int[] labels = new int[people * images];
        string?[] groups = new string?[people * images];
        for (int i = 0; i < values.Length; i++)
        {
            int person = labels[i] = i / images;
            values[i] = (person < 20 ? 10 * person : 1000 + person) + 0.2f * (i % images);
            groups[i] = person < 20 ? "A" : "B";
        }
        groups[^1] = null;
        GroupResult result = GroupProtocol.Evaluate(
            new EmbeddingSet("test", values, 1, labels), null, groups, people, far: 0.02);
        GroupFigures a = result.Groups[0], b = result.Groups[1];
        Assert.Multiple(() =>
        {
            Assert.That(result.Groups.Select(g => g.Group), Is.EqualTo(new[] { "A", "B" }));
            Assert.That((a.N, a.Classes, b.N, result.Ungrouped), Is.EqualTo((60, 20, 59, 1)));
            Assert.That(result.Threshold, Is.GreaterThan(0.16f), "images of one person are 0.2 or 0.4 apart");
            Assert.That((a.Val!.Value, b.Val!.Value), Is.EqualTo((1.0, 1.0)));
            Assert.That(a.Far!.Value, Is.Zero);
            Assert.That(b.Far!.Value, Is.GreaterThan(0.02), "all false accepts are of B");
            Assert.That(b.Far.High, Is.GreaterThan(b.Far.Value));
            Assert.That(a.PrecisionAt1, Is.Null, "no neighbours were given");
        });
    }
}
