using TripletGpu.Backends;

namespace TripletGpu.Engine.Tests.Memory;

public sealed class BlockHeapTests
{
    const long Mega = 1 << 20;

    [Test]
    public void Allocate_CutsBlocksAtCacheLines_FromTheFirstPlaceWithRoom()
    {
        BlockHeap heap = new(new LimitedMemory(100 * Mega));
        DeviceBuffer[] blocks = [.. new long[] { 100, 64, 200, 1 }.Select(heap.Allocate)];
        Assert.That(blocks.Select(LimitedMemory.StartOf), Is.EqualTo(new[] { 0, 128, 192, 448 }));
        Assert.That(blocks.Select(b => b.Bytes), Is.EqualTo(new[] { 128, 64, 256, 64 }));
        heap.Free(blocks[2]);
        Assert.That(LimitedMemory.StartOf(heap.Allocate(300)), Is.EqualTo(512), "too large for what is free between");
        Assert.That(LimitedMemory.StartOf(heap.Allocate(128)), Is.EqualTo(192));
        Assert.That(LimitedMemory.StartOf(heap.Allocate(128)), Is.EqualTo(320));
        Assert.That(heap.HeldBytes, Is.EqualTo(512 + 320));
    }

    [Test]
    public void Free_InAnyOrder_LeavesOneRange()
    {
        int[] order = [0, 1, 2, 3, 4];
        Random random = new(1);
        for (int round = 0; round < 50; round++)
        {
            BlockHeap heap = new(new LimitedMemory(100 * Mega));
            DeviceBuffer[] blocks = [.. order.Select(_ => heap.Allocate(Mega))];
            DeviceBuffer last = heap.Allocate(Mega);
            random.Shuffle(order);
            foreach (int i in order) heap.Free(blocks[i]);
            Assert.That(LimitedMemory.StartOf(heap.Allocate(5 * Mega)), Is.Zero, string.Join(' ', order));
            Assert.That(heap.HeldBytes, Is.EqualTo(6 * Mega));
            heap.Free(last);
        }
    }

    [Test]
    public void RandomBlocks_NeverOverlap()
    {
        BlockHeap heap = new(new LimitedMemory(1000 * Mega));
        List<DeviceBuffer> blocks = [];
        Random random = new(2);
        for (int i = 0; i < 5000; i++)
        {
            if (blocks.Count > 0 && random.Next(100) < (i < 3000 ? 45 : 60))
            {
                int at = random.Next(blocks.Count);
                heap.Free(blocks[at]);
                blocks.RemoveAt(at);
            }
            else blocks.Add(heap.Allocate(random.Next(1, 100_000)));
            long end = 0;
            foreach (DeviceBuffer block in blocks.OrderBy(LimitedMemory.StartOf))
            {
                Assert.That(LimitedMemory.StartOf(block), Is.GreaterThanOrEqualTo(end), $"after {i}");
                end = LimitedMemory.StartOf(block) + block.Bytes;
            }
            Assert.That(heap.HeldBytes, Is.GreaterThanOrEqualTo(end));
        }
    }

    [Test]
    public void Segments_GrowWithWhatThereIs()
    {
        LimitedMemory memory = new(1000 * Mega);
        BlockHeap heap = new(memory);
        List<DeviceBuffer> blocks = [.. Enumerable.Range(0, 15).Select(_ => heap.Allocate(16 * Mega))];
        Assert.That((memory.Blocks, memory.Used), Is.EqualTo((3, 256 * Mega)), "64, 64 and 128 MB");
        Assert.That(heap.HeldBytes, Is.EqualTo(240 * Mega));
        blocks.Add(heap.Allocate(300 * Mega));
        Assert.That((memory.Blocks, memory.Used), Is.EqualTo((4, 556 * Mega)));
        foreach (DeviceBuffer block in blocks) heap.Free(block);
        heap.Trim();
        Assert.That((memory.Used, heap.HeldBytes), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Allocate_WithLittleMemoryLeft_AsksForNoMoreThanNeeded()
    {
        LimitedMemory memory = new(50 * Mega);
        BlockHeap heap = new(memory);
        heap.Allocate(40 * Mega);
        Assert.That(memory.Used, Is.EqualTo(40 * Mega));
        Assert.That(() => heap.Allocate(11 * Mega), Throws.TypeOf<DeviceOutOfMemoryException>());
        Assert.That(heap.HeldBytes, Is.EqualTo(40 * Mega));
        heap.Allocate(10 * Mega);
    }

    [Test]
    public void Trim_ForgetsWhatLiesFreeBetweenBlocks()
    {
        LimitedMemory memory = new(100 * Mega);
        BlockHeap heap = new(memory);
        DeviceBuffer[] blocks = [.. Enumerable.Range(0, 4).Select(_ => heap.Allocate(Mega))];
        heap.Free(blocks[1]);
        heap.Free(blocks[3]);
        heap.Trim();
        Assert.That(memory.Forgotten, Is.EqualTo(new[] { (Mega, Mega), (3 * Mega, Mega) }));
        Assert.That(heap.HeldBytes, Is.EqualTo(3 * Mega));
        memory.Forgotten.Clear();
        heap.Trim();
        Assert.That(memory.Forgotten, Is.EqualTo(new[] { (Mega, Mega) }), "the rest was never touched again");
    }

    [Test]
    public void APool_OfLazyMemory_CutsAndMerges()
    {
        LimitedMemory memory = new(100 * Mega, isLazy: true);
        BufferPool pool = new(memory);
        DeviceBuffer first = pool.Rent(3 * Mega), second = pool.Rent(2 * Mega);
        Assert.That((pool.LiveBytes, pool.CachedBytes, pool.ReservedBytes), Is.EqualTo((5 * Mega, 0L, 5 * Mega)));
        pool.Return(first, 3 * Mega);
        pool.Return(second, 2 * Mega);
        Assert.That((pool.LiveBytes, pool.CachedBytes, pool.ReservedBytes), Is.EqualTo((0L, 5 * Mega, 5 * Mega)));
        pool.Rent(5 * Mega);
        Assert.That((memory.Blocks, pool.PeakLiveBytes, pool.ReservedBytes), Is.EqualTo((1, 5 * Mega, 5 * Mega)));
        Assert.That(
            () => pool.Rent(98 * Mega), Throws.TypeOf<DeviceOutOfMemoryException>().With.Message.Contains("in use"));
    }
}
