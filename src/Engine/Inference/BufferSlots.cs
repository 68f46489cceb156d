namespace TripletGpu.Inference;

/// <summary>
/// Where a plan's values lie: values whose lifetimes do not overlap share a slot, which is as large as the largest of
/// them. The largest values choose first, and take the smallest slot that is free all the while.
/// </summary>
sealed class BufferSlots
{
    readonly List<Slot> slots = [];

    sealed class Slot
    {
        public long Elements { get; set; }

        public List<(int First, int Last)> Taken { get; } = [];
    }

    /// <summary>The elements of each slot.</summary>
    public IReadOnlyList<long> Elements => [.. slots.Select(slot => slot.Elements)];

    /// <summary>Assigns a slot to every value.</summary>
    /// <param name="values">
    /// Elements, and the first and the last place in the order of the nodes where the value must be there.
    /// </param>
    /// <returns>The slot of each, in the order of <paramref name="values"/>.</returns>
    public int[] Assign(IReadOnlyList<(long Elements, int First, int Last)> values)
    {
        int[] chosen = new int[values.Count];
        foreach (int i in Enumerable.Range(0, values.Count).OrderByDescending(i => values[i].Elements))
        {
            (long elements, int first, int last) = values[i];
            int best = -1;
            for (int s = 0; s < slots.Count; s++)
                if (slots[s].Taken.TrueForAll(t => t.Last < first || last < t.First)
                    && (best < 0 || slots[s].Elements < slots[best].Elements)) best = s;
            if (best < 0)
            {
                best = slots.Count;
                slots.Add(new Slot { Elements = elements });
            }
            slots[best].Taken.Add((first, last));
            chosen[i] = best;
        }
        return chosen;
    }
}
