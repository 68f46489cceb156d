using NUnit.Framework;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// Which banks of shared memory the items of a warp meet: 32 banks of 4 bytes, one word of each a cycle. Loads of 16
/// bytes go eight items at a time.
/// </summary>
public sealed class BankConflictTests
{
    [Test]
    public void Put_AlongK_MeetsEachBankOnce() => AssertStores(strideK: 1);

    [Test]
    public void Put_AlongLines_MeetsEachBankOnce() => AssertStores(strideK: 500);

    /// <summary>A warp's rows in quads, 16 bytes each, of which eight items' go at a time.</summary>
    [Test]
    public void PutRows_InQuads_MeetsEachBankOnce()
    {
        int[] ofProducts = [.. Enumerable.Range(0, TileNT64x64.GroupX * TileNT64x64.GroupY).Select(item =>
        {
            StagedElements.Share<TileNT64x64>(
                out StagedElements own, out _, TileNT64x64.RowStaging, item, 0, 0, 1000, 500, 1);
            return own.To / 4;
        })];
        int[] places = [.. Enumerable.Range(0, Quads64x64.GroupX * Quads64x64.GroupY).Select(item =>
        {
            StagedRows.Share<Quads64x64>(out StagedRows own, default, item, 1, 0, 1000, 500);
            return own.To / 4;
        })];
        Assert.That(places.Distinct().Count(), Is.EqualTo(places.Length), "each place has one item");
        Assert.That(places.Chunk(8).Max(eight => Ways(eight, 8)), Is.EqualTo(1));
        Assert.That(ofProducts, Is.EqualTo(places), "products' too");
    }

    /// <summary>A warp's columns in fours, and what it reads of B: 16 bytes an item, side by side.</summary>
    [Test]
    public void PutColumns_InFours_MeetsEachBankOnce_AndReadsNeighbours()
    {
        Check<Fours128x128>();
        Check<Fours64x64>();
        Check<TileNN128x128>();
        Check<TileNN64x64>();
        Check<TileTN128x128>();
        Check<TileTN64x64>();

        static void Check<TTile>() where TTile : struct, ITile
        {
            StagedElements[] all = [.. Enumerable.Range(0, TTile.GroupX * TTile.GroupY).Select(item =>
            {
                StagedElements.Share<TTile>(
                    out StagedElements own, out _, TTile.ColumnStaging, item, 0, 0, 1000, 1, 1000);
                return own;
            })];
            int[] places = [.. all.Select(own => own.To / 4)];
            Assert.That(places.Distinct().Count(), Is.EqualTo(places.Length), "each place has one item");
            Assert.That(places.Chunk(8).Max(eight => Ways(eight, 8)), Is.EqualTo(1));
            Assert.That(
                all.Chunk(TTile.Size / 4)
                    .All(line => line.Zip(line.Skip(1)).All(p => p.Second.Start - p.First.Start == 4)),
                "a row of B is read 16 bytes after 16 bytes");
        }
    }

    /// <summary>A warp's quads that are turned: a float of each at once, in another bank.</summary>
    [Test]
    public void Put_Turned_MeetsEachBankOnce_AndReadsWholeSectors()
    {
        Check<TileNN128x128>();
        Check<TileNT128x128>();
        Check<TileNT64x64>();

        static void Check<TTile>() where TTile : struct, ITile
        {
            (StagedElements Own, StagedElements Further)[] all =
            [
                .. Enumerable.Range(0, TTile.GroupX * TTile.GroupY).Select(item =>
                {
                    StagedElements.Share<TTile>(
                        out StagedElements own, out StagedElements further, Staging.Turned, item, 0, 0, 1000, 500, 1);
                    return (own, further);
                }),
            ];
            int[] places = [.. all.Select(each => each.Own.To)];
            Assert.That(places.Distinct().Count(), Is.EqualTo(places.Length), "each place has one item");
            Assert.That(places.Chunk(32).Max(warp => Ways(warp, 32)), Is.EqualTo(1));
            // What lies at a place is what is multiplied from there: a quarter of the tile from float to float.
            int loads = 2 * TTile.Size / all.Length;
            for (int load = 0; load < loads; load++)
                foreach ((StagedElements own, StagedElements further) in all)
                {
                    int at = own.Start + (load > 0 ? further.At0 : 0), to = own.To + load * TTile.Size / 2;
                    int line = to % (4 * TTile.Pitch);
                    Assert.That(at / 500, Is.EqualTo(line / 4 + line % 4 * (TTile.Size / 4)));
                    Assert.That(at % 500, Is.EqualTo(to / (4 * TTile.Pitch)));
                }
            Assert.That(
                all.Chunk(2).All(two => two[1].Own.Start - two[0].Own.Start == 4), "a line is read 32 bytes at a time");
        }
    }

    [Test]
    public void MultiplyAdd_LoadsOfSixteenBytes_MeetEachBankOnce()
    {
        Assert.That(Loads<Tile128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Tile64x64>(), Is.EqualTo(1));
        Assert.That(Loads<Quads64x64>(), Is.EqualTo(1));
        Assert.That(Loads<Fours128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Fours64x64>(), Is.EqualTo(1));
        Assert.That(Loads<TileNN128x128>(), Is.EqualTo(1));
        Assert.That(Loads<TileNN64x64>(), Is.EqualTo(1));
        Assert.That(Loads<TileNT128x128>(), Is.EqualTo(1));
        Assert.That(Loads<TileNT64x64>(), Is.EqualTo(1));
        Assert.That(Loads<TileTN128x128>(), Is.EqualTo(1));
        Assert.That(Loads<TileTN64x64>(), Is.EqualTo(1));
        Assert.That(Loads<Tensor128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Tensor64x64>(), Is.EqualTo(1));
        Assert.That(Loads<Bfloat128x128>(), Is.EqualTo(1));
        Assert.That(Loads<Bfloat64x64>(), Is.EqualTo(1));
    }

    /// <summary>
    /// A step's eight depths of a table, one a place of 16 bytes, by the items of a warp that gather along K.
    /// </summary>
    [Test]
    public void DepthTable_Loads_MeetEachBankOnce() => Assert.That(
        Enumerable.Range(0, 32).Select(item => item % 8).Chunk(8).Max(each => Ways(each, 8)), Is.EqualTo(1));

    /// <summary>
    /// On tensor cores an item stores floats, or pairs of the same size, and the small tile has fewer than 32 lines a
    /// quarter, so that a warp has two depths, whose lines meet twice.
    /// </summary>
    static void AssertStores(int strideK)
    {
        Assert.That(Stores<Tile128x128>(strideK), Is.EqualTo(1));
        Assert.That(Stores<Tile64x64>(strideK), Is.EqualTo(1));
        Assert.That(Stores<Tensor128x128>(strideK), Is.EqualTo(1));
        Assert.That(Stores<Tensor64x64>(strideK), Is.EqualTo(strideK == 1 ? 1 : 2));
        Assert.That(Stores<Bfloat128x128>(strideK), Is.EqualTo(1));
        Assert.That(Stores<Bfloat64x64>(strideK), Is.EqualTo(strideK == 1 ? 1 : 2));
    }

    /// <summary>
    /// The most words of one bank that a warp stores to at once: floats for tensor cores, else 16 bytes, of which eight
    /// items' go at a time.
    /// </summary>
    static int Stores<TTile>(int strideK) where TTile : struct, ITile
    {
        int each = TTile.OnTensorCores != 0 ? 32 : 8;
        int[] places = [.. Enumerable.Range(0, TTile.GroupX * TTile.GroupY).Select(item =>
        {
            StagedElements.ShareApart<TTile>(
                out StagedElements own, item, 0, 0, 1000, strideK == 1 ? 500 : 1, strideK);
            return TTile.OnTensorCores != 0 ? own.To : own.To / 4;
        })];
        Assert.That(places.Distinct().Count(), Is.EqualTo(places.Length), "each place has one item");
        return places.Chunk(each).Max(warp => Ways(warp, each));
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
