using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>
/// What tiles take on one device, as measured there: <see cref="LaunchPlan.Tuned"/> chooses by it. In seconds.
/// </summary>
/// <param name="Measured">When, in UTC.</param>
/// <param name="Launch">Until the next launch begins.</param>
/// <param name="PartElement">To add up one element of one part of a depth.</param>
/// <param name="Tiles">The tiles that compute rightly there, each for what it multiplies.</param>
public sealed record TunedTiles(
    DateTime Measured, double Launch, double PartElement, IReadOnlyList<TunedTile> Tiles)
{
    /// <summary>Whether every number is one that a measurement can have.</summary>
    public bool IsSound => double.IsFinite(Launch) && Launch >= 0 && double.IsFinite(PartElement) && PartElement >= 0
        && Tiles is { Count: > 0 } && Tiles.All(tile => tile is { IsSound: true });

    /// <summary>A tile in one use; null where it was not measured.</summary>
    public TunedTile? Find(TileUse use, ProductForm form) =>
        Tiles.FirstOrDefault(tile => tile.Use == use && tile.Form == form);

    /// <summary>With what was measured before of tiles that are not among these: those of another precision.</summary>
    /// <param name="earlier">Null where nothing was.</param>
    public TunedTiles With(TunedTiles? earlier) => earlier is null ? this : this with
    {
        Tiles = [.. Tiles, .. earlier.Tiles.Where(tile => Find(tile.Use, tile.Form) is null)],
    };
}
