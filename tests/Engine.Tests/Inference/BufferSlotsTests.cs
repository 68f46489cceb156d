using TripletGpu.Inference;

namespace TripletGpu.Engine.Tests.Inference;

public sealed class BufferSlotsTests
{
    [Test]
    public void Chain_OfEqualValues_TakesTwoSlots()
    {
        BufferSlots slots = new();
        slots.Assign([.. Enumerable.Range(0, 20).Select(i => (100L, i, i + 1))]);
        Assert.That(slots.Elements, Is.EqualTo(new[] { 100L, 100L }));
    }

    [Test]
    public void RandomLifetimes_NeverMeetInASlot([Range(1, 20)] int seed)
    {
        Random random = new(seed);
        (long Elements, int First, int Last)[] values =
        [
            .. Enumerable.Range(0, 60).Select(_ =>
            {
                int first = random.Next(40);
                return ((long)random.Next(1, 1000), first, first + random.Next(8));
            }),
        ];
        BufferSlots slots = new();
        int[] chosen = slots.Assign(values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.That(slots.Elements[chosen[i]], Is.GreaterThanOrEqualTo(values[i].Elements));
            for (int j = 0; j < i; j++)
                if (chosen[i] == chosen[j])
                    Assert.That(
                        values[i].Last < values[j].First || values[j].Last < values[i].First,
                        $"{values[i]} and {values[j]} share a slot");
        }
        long most = Enumerable.Range(0, 50)
            .Max(at => values.Where(v => v.First <= at && at <= v.Last).Sum(v => v.Elements));
        Assert.That(slots.Elements.Sum(), Is.LessThanOrEqualTo(2 * most), "twice what is alive at once at the most");
    }
}
