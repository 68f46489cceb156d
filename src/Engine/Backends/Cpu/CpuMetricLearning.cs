using TripletGpu.Backends.Cpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Cpu;

/// <summary>The MetricLearning family on the CPU: picks the vector width, reads the labels, writes loss and statistics.</summary>
sealed unsafe class CpuMetricLearning(CpuBackend cpu) : IMetricLearning
{
    readonly ClassGroups groups = new();
    readonly TripletMiner miner = new(cpu.Workers);
    readonly ListedTripletsGradient listed = new(cpu.Workers);
    readonly AllTripletsGradient all = new(cpu.Workers);
    readonly NearestNeighbourSearch search = new(cpu.Workers);

    public void MineTriplets(Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor loss)
    {
        TripletStatistics statistics;
        double sum;
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512: Mine<Simd512>(); break;
            case CpuInstructionSet.Avx2: Mine<Simd256>(); break;
            default: Mine<Simd128>(); break;
        }
        statistics.Encode(new Span<int>(table.Statistics.Ints(), TripletStatistics.EncodedLength));
        loss.Floats()[0] = statistics.NonFiniteRow >= 0 ? float.NaN
            : statistics.Divisor > 0 ? (float)(sum / statistics.Divisor) : 0;

        void Mine<V>() where V : struct, IDistanceVector<V>
        {
            if (labels is null) statistics = ExplicitTriplets<V>.Mine(embeddings, settings, table, out sum);
            else
            {
                groups.Build(new ReadOnlySpan<int>(labels.Ints(), embeddings.Shape[0]));
                statistics = miner.Mine<V>(embeddings, groups, settings, table, out sum);
            }
        }
    }

    public void TripletGradient(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx)
    {
        ReadOnlySpan<int> encoded = new(table.Statistics.Ints(), TripletStatistics.EncodedLength);
        long divisor = TripletStatistics.Decode(encoded).Divisor;
        float scale = divisor > 0 ? dy.Floats()[0] / divisor : 0;
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512: Compute<Simd512>(); break;
            case CpuInstructionSet.Avx2: Compute<Simd256>(); break;
            default: Compute<Simd128>(); break;
        }

        void Compute<V>() where V : struct, IDistanceVector<V>
        {
            if (settings.TakesEveryTriplet)
            {
                groups.Build(new ReadOnlySpan<int>(labels!.Ints(), embeddings.Shape[0]));
                all.Compute<V>(embeddings, groups, settings, table, scale, dx);
            }
            else listed.Compute<V>(embeddings, settings, table, scale, dx);
        }
    }

    public void NearestNeighbours(Tensor queries, Tensor references, int self, Tensor indices, Tensor distances)
    {
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                search.Compute<Simd512>(queries, references, self, indices, distances);
                break;
            case CpuInstructionSet.Avx2:
                search.Compute<Simd256>(queries, references, self, indices, distances);
                break;
            default:
                search.Compute<Simd128>(queries, references, self, indices, distances);
                break;
        }
    }
}
