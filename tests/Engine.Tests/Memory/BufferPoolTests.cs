using TripletGpu.Backends;

namespace TripletGpu.Engine.Tests.Memory;

public sealed class BufferPoolTests
{
    [TestCase(1, 256)]
    [TestCase(257, 320)]
    [TestCase(320, 320)]
    [TestCase(321, 384)]
    [TestCase(1000, 1024)]
    [TestCase(1025, 1280)]
    [TestCase(1 << 20, 1 << 20)]
    [TestCase((1 << 20) + 1, 17 << 16)]
    [TestCase(49 << 19, 50 << 19)]
    public void SizeClass_IsAQuarterOfAPowerOfTwo_OrASixteenth(long bytes, long expected) =>
        Assert.That(BufferPool.SizeClass(bytes), Is.EqualTo(expected));

    [Test]
    public void Rent_ReusesAReturnedBlockOfItsClass()
    {
        BufferPool pool = new(new LimitedMemory(10_000));
        DeviceBuffer first = pool.Rent(1000);
        pool.Return(first, 1000);
        Assert.That(pool.Rent(990), Is.SameAs(first));
        Assert.That((pool.LiveBytes, pool.PeakLiveBytes), Is.EqualTo((990, 1000)));
        Assert.That((pool.CachedBytes, pool.ReservedBytes), Is.EqualTo((0, 1024)));
    }

    [Test]
    public void Rent_WhenTheDeviceIsFull_TrimsTheCacheAndTriesAgain()
    {
        LimitedMemory memory = new(3000);
        BufferPool pool = new(memory);
        pool.Return(pool.Rent(2048), 2048);
        Assert.That(pool.Rent(2500).Bytes, Is.EqualTo(2560));
        Assert.That((memory.Used, pool.CachedBytes, pool.ReservedBytes), Is.EqualTo((2560, 0, 2560)));
    }

    [Test]
    public void Rent_WhenNothingIsLeft_SaysHowMuchIsInUse()
    {
        BufferPool pool = new(new LimitedMemory(3000));
        pool.Rent(2048);
        Assert.That(() => pool.Rent(1024), Throws.TypeOf<DeviceOutOfMemoryException>()
            .With.Message.Contains("1,024").And.Message.Contains("2,048 are in use"));
        Assert.That(pool.LiveBytes, Is.EqualTo(2048));
    }
}
