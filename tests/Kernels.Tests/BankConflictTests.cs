using NUnit.Framework;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// Which banks of shared memory the items of a warp meet: 32 banks of 4 bytes, one word of each a cycle. Loads of 16
/// bytes go eight items at a time.
/// </summary>
public sealed class BankConflictTests
{
    [Test]
    public void Put_AlongK_MeetsEachBankOnce()
    {
        Assert.That(Stores<Tile128x128>(strideK: 1), Is.EqualTo(1));
        Assert.That(Stores<Tile64x64>(strideK: 1), Is.EqualTo(1));
        Assert.That(Stores<Tile32x32>(strideK: 1), Is.EqualTo(1));
        Assert.That(Stores<Tensor128x128>(strideK: 1), Is.EqualTo(1));
        Assert.That(Stores<Tensor64x64>(strideK: 1), Is.EqualTo(1));
    }

    /// <summary>
    /// Smaller tiles have fewer than 32 lines a quarter, so that a warp has several depths, whose lines meet twice.
    /// </summary>
    [Test]
    public void Put_AlongLines_MeetsEachBankOnce_OrTwiceInSmallTiles()
    {
        Assert.That(Stores<Tile128x128>(strideK: 500), Is.EqualTo(1));
        Assert.That(Stores<Tile64x64>(strideK: 500), Is.EqualTo(2));
        Assert.That(Stores<Tile32x32>(strideK: 500), Is.EqualTo(2));
        Assert.That(Stores<Tensor128x128>(strideK: 500), Is.EqualTo(1));
        Assert.That(Stores<Tensor64x64>(strideK: 500), Is.EqualTo(2));
    }

    [Test]
    public void MultiplyAdd_LoadsOfSixteenBytes_MeetEachBankOnce()
    {
        Assert.That(Loads<Tile128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Tile64x64>(), Is.EqualTo(1));
        Assert.That(Loads<Tile32x32>(), Is.EqualTo(1));
        Assert.That(Loads<Tensor128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Tensor64x64>(), Is.EqualTo(1));
    }

    /// <summary>The most words of one bank that a warp stores to at once.</summary>
    static int Stores<TTile>(int strideK) where TTile : struct, ITile
    {
        int[] places = [.. Enumerable.Range(0, TTile.GroupX * TTile.GroupY).Select(item =>
        {
            StagedElements.Share<TTile>(out StagedElements own, item, 0, 0, 1000, strideK == 1 ? 500 : 1, strideK);
            return own.Place;
        })];
        return places.Chunk(32).Max(warp => Ways(warp, 32));
    }

    /// <summary>The most blocks of 16 bytes in one group of four banks that eight items load at once.</summary>
    static int Loads<TTile>() where TTile : struct, ITile
    {
        int items = TTile.GroupX * TTile.GroupY;
        return Math.Max(Most(SharedTile.PlaceA<TTile>), Most(SharedTile.PlaceB<TTile>));

        int Most(Func<int, int> place) => Enumerable.Range(0, items).Select(place).Chunk(8).Max(each => Ways(each, 8));
    }

    static int Ways(IEnumerable<int> places, int banks) =>
        places.Distinct().GroupBy(place => place % banks).Max(bank => bank.Count());
}
