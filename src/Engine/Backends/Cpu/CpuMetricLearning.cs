using System.Runtime.Intrinsics;
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
            case CpuInstructionSet.Avx512: Mine<RowVector512, Vector512<float>>(); break;
            case CpuInstructionSet.Avx2: Mine<RowVector256, Vector256<float>>(); break;
            default: Mine<RowVector128, Vector128<float>>(); break;
        }
        statistics.Encode(new Span<int>(table.Statistics.Ints(), TripletStatistics.EncodedLength));
        loss.Floats()[0] = statistics.NonFiniteRow >= 0 ? float.NaN
            : statistics.Divisor > 0 ? (float)(sum / statistics.Divisor) : 0;

        void Mine<TVector, V>() where TVector : struct, IRowVector<V> where V : struct
        {
            if (labels is null) statistics = ExplicitTriplets<TVector, V>.Mine(embeddings, settings, table, out sum);
            else
            {
                groups.Build(new ReadOnlySpan<int>(labels.Ints(), embeddings.Shape[0]));
                statistics = miner.Mine<TVector, V>(embeddings, groups, settings, table, out sum);
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
            case CpuInstructionSet.Avx512: Compute<RowVector512, Vector512<float>>(); break;
            case CpuInstructionSet.Avx2: Compute<RowVector256, Vector256<float>>(); break;
            default: Compute<RowVector128, Vector128<float>>(); break;
        }

        void Compute<TVector, V>() where TVector : struct, IRowVector<V> where V : struct
        {
            if (settings.TakesEveryTriplet)
            {
                groups.Build(new ReadOnlySpan<int>(labels!.Ints(), embeddings.Shape[0]));
                all.Compute<TVector, V>(embeddings, groups, settings, table, scale, dx);
            }
            else listed.Compute<TVector, V>(embeddings, settings, table, scale, dx);
        }
    }

    public void NearestNeighbours(Tensor queries, Tensor references, int self, Tensor indices, Tensor distances)
    {
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                search.Compute<RowVector512, Vector512<float>>(queries, references, self, indices, distances);
                break;
            case CpuInstructionSet.Avx2:
                search.Compute<RowVector256, Vector256<float>>(queries, references, self, indices, distances);
                break;
            default:
                search.Compute<RowVector128, Vector128<float>>(queries, references, self, indices, distances);
                break;
        }
    }
}
