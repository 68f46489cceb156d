using TripletGpu.Autograd;
using TripletGpu.Collectives;

namespace TripletGpu.Runner.Training;

/// <summary>
/// Sums the gradients of the parameters over ranks while the backward pass still runs: as soon as the last operation
/// that uses a parameter has been walked, its gradient joins a bucket, and a full bucket leaves. Large gradients that
/// lie in the host's memory are summed where they are, all others in a copy. Which gradients share a bucket is the same
/// on every rank, because all walk the same operations.
/// </summary>
sealed class GradientExchange : IOpObserver, IDisposable
{
    // Four megabytes: large enough for the network's bandwidth, small enough to leave early.
    const int BucketFloats = 1 << 20;

    // 64 KB: from there on a message of its own costs less than two copies.
    const int AloneFloats = 1 << 14;

    readonly Device device;
    readonly ICollective ranks;
    readonly Gradients gradients;
    readonly Dictionary<Tensor, int> uses = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<Tensor> sent = new(ReferenceEqualityComparer.Instance);
    readonly List<(PendingSum Sum, float[] Values, Tensor[] Of)> buckets = [];
    readonly List<Tensor> filling = [];
    readonly Tensor[] parameters;
    readonly List<float[]> memory;
    readonly bool isWatching;
    int filled;

    /// <param name="device">Where the gradients are.</param>
    /// <param name="parameters">The values of what trains, in the same order on every rank.</param>
    /// <param name="gradients">Those of the step.</param>
    /// <param name="ranks">Who adds up.</param>
    /// <param name="overlaps">
    /// Whether the operations of one forward pass tell when a gradient is whole: not where several passes add to it.
    /// </param>
    /// <param name="memory">That of the buckets, one step's after the other's: fresh memory costs time.</param>
    public GradientExchange(
        Device device, IEnumerable<Tensor> parameters, Gradients gradients, ICollective ranks, bool overlaps,
        List<float[]> memory)
    {
        (this.device, this.gradients, this.ranks, this.memory) = (device, gradients, ranks, memory);
        this.parameters = [.. parameters];
        isWatching = overlaps && device.Observer is null;
        if (!isWatching) return;
        foreach (Tensor parameter in this.parameters) uses[parameter] = 0;
        device.Observer = this;
    }

    /// <inheritdoc/>
    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        foreach (Tensor input in x)
            if (uses.TryGetValue(input, out int count)) uses[input] = count + 1;
    }

    /// <inheritdoc/>
    public void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        foreach (Tensor input in x)
        {
            if (!uses.TryGetValue(input, out int count)) continue;
            uses[input] = count - 1;
            if (count == 1) Add(input);
        }
    }

    /// <summary>Sends the rest, waits for all, and puts the sums in the place of this rank's gradients.</summary>
    public void Finish()
    {
        foreach (Tensor parameter in parameters) Add(parameter);
        Send();
        foreach ((PendingSum sum, float[] values, Tensor[] of) in buckets)
        {
            sum.Wait();
            int at = 0;
            foreach (Tensor parameter in of)
            {
                int count = (int)parameter.Count;
                gradients[parameter].CopyFrom(values.AsSpan(at, count));
                at += count;
            }
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        if (isWatching && device.Observer == this) device.Observer = null;
    }

    void Add(Tensor parameter)
    {
        if (gradients.Find(parameter) is null || !sent.Add(parameter)) return;
        filling.Add(parameter);
        filled = checked(filled + (int)parameter.Count);
        if (filled >= BucketFloats) Send();
    }

    void Send()
    {
        if (filling.Count == 0) return;
        // The same parts on every rank, wherever its gradients lie: each large gradient, then the others as one.
        ILookup<bool, Tensor> isLarge = filling.ToLookup(parameter => parameter.Count >= AloneFloats);
        Tensor[] copied = [.. isLarge[true].Where(parameter => OnHost(parameter) is null), .. isLarge[false]];
        float[] copy = Memory((int)copied.Sum(parameter => parameter.Count));
        int at = 0;
        foreach (Tensor parameter in copied)
        {
            int count = (int)parameter.Count;
            gradients[parameter].CopyTo(copy.AsSpan(at, count));
            at += count;
        }
        List<Memory<float>> parts = [];
        at = 0;
        foreach (Tensor parameter in isLarge[true])
        {
            int count = (int)parameter.Count;
            if (OnHost(parameter) is { } values) parts.Add(values);
            else
            {
                parts.Add(copy.AsMemory(at, count));
                at += count;
            }
        }
        if (at < copy.Length) parts.Add(copy.AsMemory(at));
        buckets.Add((ranks.BeginAllReduceSum([.. parts]), copy, copied));
        filling.Clear();
        filled = 0;
    }

    Memory<float>? OnHost(Tensor parameter) => device.Backend.Memory.OnHost(gradients[parameter]);

    /// <summary>An array for the next bucket: that of the step before where the same trains.</summary>
    float[] Memory(int length)
    {
        int bucket = buckets.Count;
        if (bucket == memory.Count) memory.Add([]);
        if (memory[bucket].Length != length) memory[bucket] = GC.AllocateUninitializedArray<float>(length);
        return memory[bucket];
    }
}
