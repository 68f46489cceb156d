using TripletGpu.Backends.Cpu.MetricLearning;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.MetricLearning;

namespace TripletGpu.Backends.Cpu;

/// <summary>The MetricLearning family on the CPU: reads the labels, writes loss and statistics.</summary>
sealed unsafe class CpuMetricLearning<V>(CpuBackend cpu) : IMetricLearning
    where V : unmanaged, ITileVector<V>, IDistanceVector<V>
{
    readonly ClassGroups groups = new();

    public void MineTriplets(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor loss)
    {
        double sum;
        TripletStatistics statistics = labels is null
            ? ExplicitTriplets<V>.Mine(embeddings, settings, table, out sum)
            : TripletMiner<V>.Mine(cpu, embeddings, Groups(labels), settings, table, out sum);
        statistics.Encode(new Span<int>(table.Statistics.Ints(), TripletStatistics.EncodedLength));
        loss.Floats()[0] = statistics.NonFiniteRow >= 0 ? float.NaN
            : statistics.Divisor > 0 ? (float)(sum / statistics.Divisor) : 0;
    }

    public void TripletGradient(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx)
    {
        ReadOnlySpan<int> encoded = new(table.Statistics.Ints(), TripletStatistics.EncodedLength);
        long divisor = TripletStatistics.Decode(encoded).Divisor;
        float scale = divisor > 0 ? dy.Floats()[0] / divisor : 0;
        if (settings.TakesEveryTriplet)
            AllTripletsGradient<V>.Compute(cpu, embeddings, Groups(labels!), settings, table, scale, dx);
        else ListedTripletsGradient<V>.Compute(cpu, embeddings, settings, table, scale, dx);
    }

    public void NearestNeighbours(
        Tensor queries, Tensor references, int self, int first, Tensor indices, Tensor distances) =>
        NearestNeighbourSearch<V>.Compute(cpu, queries, references, self, first, indices, distances);

    ClassGroups Groups(Tensor labels)
    {
        groups.Build(new ReadOnlySpan<int>(labels.Ints(), labels.Shape[0]));
        return groups;
    }
}
