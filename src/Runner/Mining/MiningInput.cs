using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Mining;

/// <summary>Embeddings and labels that fit together.</summary>
/// <param name="Shape">(N, D).</param>
/// <param name="Embeddings">Row by row.</param>
/// <param name="Labels">One a row; empty for explicit triplets.</param>
sealed record MiningInput(Shape Shape, float[] Embeddings, int[] Labels)
{
    /// <summary>Reads both files.</summary>
    /// <exception cref="UserErrorException">They cannot be read, or do not fit each other or the rule.</exception>
    public static MiningInput Read(string embeddings, string? labels, TripletSettings settings)
    {
        NpyArray<float> points = Npy.ReadFloats(embeddings);
        if (points.Shape.Rank != 2 || points.Shape.Count == 0)
            throw new UserErrorException($"{embeddings} has shape {points.Shape}; embeddings have [n, dimension]");
        if (settings.Rule == MiningRule.DistanceWeighted && points.Shape[1] < 2)
            throw new UserErrorException(
                $"{embeddings} has rows of 1 element; distance-weighted weighs distances on a sphere: 2 or more");
        if (settings.Rule == MiningRule.Explicit)
        {
            if (points.Shape[0] % 3 != 0)
                throw new UserErrorException(
                    $"{embeddings} has {Counted.Of(points.Shape[0], "row")}; explicit needs anchors, positives and"
                    + " negatives in equal number, one below the other");
            return new MiningInput(points.Shape, points.Values, []);
        }
        if (labels is null) throw new UserErrorException("--labels is needed: an .npy with the class of each row");
        NpyArray<long> classes = Npy.ReadLongs(labels);
        if (classes.Shape.Count != points.Shape[0])
            throw new UserErrorException(
                $"{labels} has {Counted.Of(classes.Shape.Count, "label")}, but {embeddings}"
                + $" {Counted.Of(points.Shape[0], "row")}");
        return new MiningInput(points.Shape, points.Values, ClassIds.Of([classes.Values]).Labels(classes.Values));
    }
}
