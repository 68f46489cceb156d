using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>The choice of tiles by times that were measured, which these were not.</summary>
public sealed class TunedTilesTests
{
    const int Units = 80;

    static readonly GpuCapabilities Card = new("card", "1.0", false, Units, 1L << 32, 1 << 16, 1024);

    [Test]
    public void Seconds_AreInProportionBetweenMeasurements_AndGoOnBeyond()
    {
        TunedTile tile = new(TileUse.Product, ProductForm.Tile64x64, [new(0.5, 1, 0.5), new(1, 2, 1), new(4, 8, 4)]);
        Assert.That(tile.Seconds(0.1, depth: 10), Is.EqualTo(6), "no grid takes less than the smallest");
        Assert.That(tile.Seconds(0.5, depth: 10), Is.EqualTo(6));
        Assert.That(tile.Seconds(0.75, depth: 10), Is.EqualTo(9));
        Assert.That(tile.Seconds(2, depth: 10), Is.EqualTo(24));
        Assert.That(tile.Seconds(4, depth: 10), Is.EqualTo(48));
        Assert.That(tile.Seconds(16, depth: 10), Is.EqualTo(4 * 48));
    }

    [TestCase(20, 0.25)]
    [TestCase(80, 1)]
    [TestCase(81, 2)]
    [TestCase(240, 3)]
    public void Load_IsTheShareThatHasAGroup_ThenTheMostOfOne(int groups, double load) =>
        Assert.That(TunedTile.LoadOf(groups, Units), Is.EqualTo(load));

    // As the constants have it: what the program took before tiles could be tuned.
    [TestCase(4096, 4096, 4096, ProductForm.Tile128x128, ProductForm.Tile128x128, 1)]
    [TestCase(512, 512, 512, ProductForm.Tile64x64, ProductForm.Tile128x128, 4)]
    [TestCase(128, 128, 128, ProductForm.Tile64x64, ProductForm.Tile64x64, 1)]
    [TestCase(64, 100_000, 576, ProductForm.Tile64x64, ProductForm.Tile64x64, 1)]
    [TestCase(64, 576, 200_704, ProductForm.Tile64x64, ProductForm.Tile64x64, 97)]
    [TestCase(512, 4608, 3_136, ProductForm.Tile128x128, ProductForm.Tile128x128, 1)]
    [TestCase(256, 12_544, 2_304, ProductForm.Tile64x64, ProductForm.Tile128x128, 2)]
    [TestCase(256, 576, 1_152, ProductForm.Tile64x64, ProductForm.Tile128x128, 8)]
    public void NothingTuned_ChoosesByTheConstants(
        int m, int n, int k, ProductForm whole, ProductForm inParts, int parts)
    {
        LaunchPlan plan = new(Card);
        Assert.That(plan.Product(m, n, k, 1), Is.EqualTo(whole));
        foreach (TileUse use in Enum.GetValues<TileUse>())
            Assert.That(plan.ProductInParts(m, n, k, (long)m * n, use), Is.EqualTo(new TileChoice(inParts, parts)));
    }

    [Test]
    public void RateOfATile_ShiftsTheChoice()
    {
        Assert.That(By(large: 4, small: 1).Product(4096, 4096, 4096, 1), Is.EqualTo(ProductForm.Tile128x128));
        // Four small tiles have the work of a large one.
        Assert.That(By(large: 4, small: 0.9).Product(4096, 4096, 4096, 1), Is.EqualTo(ProductForm.Tile64x64));
        Assert.That(By(large: 0.1, small: 1).Product(128, 128, 128, 1), Is.EqualTo(ProductForm.Tile128x128));
    }

    [Test]
    public void TimesOfLaunchesAndParts_ShiftTheParts()
    {
        Assert.That(Parts(launch: 0, partElement: 0), Is.GreaterThan(10));
        Assert.That(Parts(launch: 1e9, partElement: 0), Is.EqualTo(1));
        Assert.That(Parts(launch: 0, partElement: 1e6), Is.EqualTo(1));
        // Nine groups leave most of the device idle: parts would take an eighth, and another launch.
        const double whole = 200_704;
        Assert.That(Parts(launch: 0.5 * whole, partElement: 0), Is.GreaterThan(1));
        Assert.That(Parts(launch: 0.86 * whole, partElement: 0), Is.EqualTo(1), "they would gain less than 5 %");

        static int Parts(double launch, double partElement) => By(4, 1, launch, partElement)
            .ProductInParts(64, 576, 200_704, 64 * 576, TileUse.FilterGradient).Parts;
    }

    [Test]
    public void TileThatWasNotMeasured_IsNotTaken_WhereAnotherWas()
    {
        TunedTiles tuned = new(default, 0, 0, [Tile(TileUse.Convolution, ProductForm.Tile64x64, 1)]);
        LaunchPlan plan = new(Card) { Tuned = tuned };
        Assert.That(plan.ProductInParts(4096, 4096, 4096, 1L << 24).Form, Is.EqualTo(ProductForm.Tile64x64));
        Assert.That(plan.Product(4096, 4096, 4096, 1), Is.EqualTo(ProductForm.Tile128x128), "products: by constants");
        plan.Precision = MatrixPrecision.Tf32;
        Assert.That(plan.ProductInParts(4096, 4096, 4096, 1L << 24).Form, Is.EqualTo(ProductForm.Tensor128x128));
        plan.Precision = MatrixPrecision.Bfloat16;
        Assert.That(plan.ProductInParts(4096, 4096, 4096, 1L << 24).Form, Is.EqualTo(ProductForm.Bfloat128x128));
    }

    [Test]
    public void Reason_SaysThatTheChoiceWasMeasured()
    {
        List<ProductPlan> plans = [];
        LaunchPlan plan = By(large: 4, small: 0.5);
        plan.Observer = plans.Add;
        plan.Product(4096, 4096, 4096, 1);
        Assert.That(plans.Single().IsMeasured);
        Assert.That(plans.Single().Reason, Is.EqualTo(
            "the least time, as bench --tune measured tiles here: 4096 groups; Tile128x128 2.00 times its time"));
    }

    [Test]
    public void With_KeepsTilesOfAnotherPrecision()
    {
        TunedTiles earlier = new(
            default, 1, 1,
            [
                Tile(TileUse.Product, ProductForm.Tensor64x64, 1), Tile(TileUse.Product, ProductForm.Tile64x64, 2),
                Tile(TileUse.Product, ProductForm.Bfloat64x64, 3),
            ]);
        TunedTiles now = new(default, 2, 3, [Tile(TileUse.Product, ProductForm.Tile64x64, 4)]);
        TunedTiles both = now.With(earlier);
        Assert.That((both.Launch, both.PartElement, both.Tiles.Count), Is.EqualTo((2, 3, 3)));
        Assert.That(both.Find(TileUse.Product, ProductForm.Tile64x64)!.Loads[0].Step, Is.EqualTo(4));
        Assert.That(both.Find(TileUse.Product, ProductForm.Tensor64x64), Is.Not.Null);
        Assert.That(both.Find(TileUse.Product, ProductForm.Bfloat64x64), Is.Not.Null);
    }

    [Test]
    public void NumbersThatNoMeasurementHas_AreNotSound()
    {
        TunedLoad good = new(1, 0, 1);
        Assert.That(With(good).IsSound);
        Assert.That(With().IsSound, Is.False);
        Assert.That(With(good, good).IsSound, Is.False, "loads ascend");
        Assert.That(With(good with { Step = 0 }).IsSound, Is.False);
        Assert.That(With(good with { Step = double.NaN }).IsSound, Is.False);
        Assert.That(With(good with { Start = -1 }).IsSound, Is.False);
        Assert.That(With(good with { Load = double.PositiveInfinity }).IsSound, Is.False);
        Assert.That((With(good) with { Launch = double.NaN }).IsSound, Is.False);
        Assert.That((With(good) with { PartElement = -1 }).IsSound, Is.False);
        Assert.That((With(good) with { Tiles = [] }).IsSound, Is.False);

        static TunedTiles With(params TunedLoad[] loads) =>
            new(default, 0, 0, [new TunedTile(TileUse.Product, ProductForm.Tile64x64, loads)]);
    }

    /// <summary>A plan where a group of either size takes so long a step, alone or beside others.</summary>
    static LaunchPlan By(double large, double small, double launch = 0, double partElement = 0) => new(Card)
    {
        Tuned = new(
            default, launch, partElement,
            [
                .. from use in Enum.GetValues<TileUse>()
                   from tile in (TunedTile[])
                   [
                       Tile(use, ProductForm.Tile128x128, large), Tile(use, ProductForm.Tile64x64, small),
                   ]
                   select tile,
            ]),
    };

    static TunedTile Tile(TileUse use, ProductForm form, double step) => new(use, form, [new(1, 0, step)]);
}
