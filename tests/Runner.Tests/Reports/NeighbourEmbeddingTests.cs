using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Tests.Reports;

public sealed class NeighbourEmbeddingTests
{
    [Test]
    public void Place_KeepsClustersApart()
    {
        (float[] points, int[] labels) = Clusters(150, 8);
        (float[] x, float[] y) = NeighbourEmbedding.Place(points, labels.Length, 8);
        int wrong = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int nearest = -1;
            float least = float.PositiveInfinity;
            for (int j = 0; j < labels.Length; j++)
            {
                float d = (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]);
                if (j != i && d < least) (least, nearest) = (d, j);
            }
            if (labels[nearest] != labels[i]) wrong++;
        }
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Place_IsRepeatable()
    {
        (float[] points, int[] labels) = Clusters(60, 5);
        Assert.That(
            NeighbourEmbedding.Place(points, labels.Length, 5),
            Is.EqualTo(NeighbourEmbedding.Place(points, labels.Length, 5)));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Place_OfAHandfulOrOfEqualPoints_IsFinite(int count)
    {
        (float[] x, float[] y) = NeighbourEmbedding.Place(new float[count * 3], count, 3);
        Assert.That(x.Concat(y), Has.All.Matches<float>(float.IsFinite));
    }

    static (float[] Points, int[] Labels) Clusters(int count, int width)
    {
        Random random = new(4);
        float[] points = new float[count * width];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 3;
            for (int d = 0; d < width; d++)
                points[i * width + d] = (d == labels[i] ? 4 : 0) + 0.3f * random.NextSingle();
        }
        return (points, labels);
    }
}
