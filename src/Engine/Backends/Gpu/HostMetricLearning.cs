using TripletGpu.Backends.Cpu;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// Mining on the host for a device's embeddings: a batch is some thousand rows of a hundred numbers, and its triplets
/// are
/// small. The choices are the CPU's, bit for bit where the embeddings are.
/// </summary>
sealed class HostMetricLearning : IMetricLearning, IDisposable
{
    Device? host;

    Device Host => host ??= new Device("cpu", new CpuBackend());

    public void MineTriplets(Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table,
        Tensor loss)
    {
        using var tensors = new HostTensors(Host);
        TripletTable chosen =
            new(tensors.Like(table.Triplets), tensors.Like(table.Losses), tensors.Like(table.Statistics));
        Tensor result = tensors.Like(loss);
        Host.Backend.MetricLearning.MineTriplets(
            tensors.Copy(embeddings), labels is null ? null : tensors.Copy(labels), settings, chosen, result);
        HostTensors.Upload(chosen.Triplets, table.Triplets);
        HostTensors.Upload(chosen.Losses, table.Losses);
        HostTensors.Upload(chosen.Statistics, table.Statistics);
        HostTensors.Upload(result, loss);
    }

    public void TripletGradient(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx)
    {
        if (!dx.IsNeeded) return;
        using var tensors = new HostTensors(Host);
        TripletTable chosen =
            new(tensors.Copy(table.Triplets), tensors.Copy(table.Losses), tensors.Copy(table.Statistics));
        Tensor gradient = dx.Accumulate ? tensors.Copy(dx.Target) : tensors.Like(dx.Target);
        Host.Backend.MetricLearning.TripletGradient(
            tensors.Copy(embeddings), labels is null ? null : tensors.Copy(labels), settings, chosen, tensors.Copy(dy),
            new Gradient(gradient, dx.Accumulate));
        HostTensors.Upload(gradient, dx.Target);
    }

    public void NearestNeighbours(Tensor queries, Tensor references, int self, Tensor indices, Tensor distances)
    {
        using var tensors = new HostTensors(Host);
        Tensor nearest = tensors.Like(indices), at = tensors.Like(distances);
        Host.Backend.MetricLearning.NearestNeighbours(tensors.Copy(queries), tensors.Copy(references), self, nearest,
            at);
        HostTensors.Upload(nearest, indices);
        HostTensors.Upload(at, distances);
    }

    public void Dispose() => host?.Dispose();

    /// <summary>Host copies of a device's tensors, released together.</summary>
    sealed class HostTensors(Device host) : IDisposable
    {
        readonly List<Tensor> tensors = [];

        public Tensor Like(Tensor device)
        {
            Tensor tensor = host.Unowned(device.Shape, device.Type, device.Producer);
            tensors.Add(tensor);
            return tensor;
        }

        public Tensor Copy(Tensor device)
        {
            Tensor tensor = Like(device);
            if (device.Type == ElementType.Int32) tensor.CopyFrom(device.ToIntArray());
            else tensor.CopyFrom(device.ToArray());
            return tensor;
        }

        public static void Upload(Tensor from, Tensor to)
        {
            if (from.Type == ElementType.Int32) to.CopyFrom(from.ToIntArray());
            else to.CopyFrom(from.ToArray());
        }

        public void Dispose() => tensors.ForEach(t => t.Release());
    }
}
