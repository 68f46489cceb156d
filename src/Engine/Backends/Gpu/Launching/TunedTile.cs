using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>What a grid takes in a tile, in seconds.</summary>
/// <param name="Load">Groups a multiprocessor, as <see cref="TunedTile.LoadOf"/> counts them.</param>
/// <param name="Start">Before the first step of the depth and after the last.</param>
/// <param name="Step">A step of the depth.</param>
public readonly record struct TunedLoad(double Load, double Start, double Step);

/// <summary>
/// How long a tile takes by the groups that a multiprocessor has: as measured for some numbers of them, in proportion
/// between two, and beyond the last as many times as long.
/// </summary>
/// <param name="Use">What is multiplied.</param>
/// <param name="Form">The tile.</param>
/// <param name="Loads">The measurements, the least load first.</param>
public sealed record TunedTile(TileUse Use, ProductForm Form, IReadOnlyList<TunedLoad> Loads)
{
    /// <summary>Whether the loads ascend and every number is one that a measurement can have.</summary>
    public bool IsSound
    {
        get
        {
            if (Loads is not { Count: > 0 }) return false;
            double before = 0;
            foreach (TunedLoad at in Loads)
            {
                if (!(at.Load > before && double.IsFinite(at.Load) && at.Start >= 0 && double.IsFinite(at.Start)
                    && at.Step > 0 && double.IsFinite(at.Step))) return false;
                before = at.Load;
            }
            return true;
        }
    }

    /// <summary>
    /// Groups a multiprocessor: the share that has one where they are fewer, else those of the one with the most, which
    /// is the last to end.
    /// </summary>
    /// <param name="groups">Groups of the grid.</param>
    /// <param name="units">Multiprocessors.</param>
    public static double LoadOf(double groups, int units) =>
        groups <= units ? groups / units : Math.Ceiling(groups / Math.Max(1, units));

    /// <summary>The time of a grid, in seconds.</summary>
    /// <param name="load">By <see cref="LoadOf"/>.</param>
    /// <param name="depth">Terms of a sum.</param>
    public double Seconds(double load, double depth)
    {
        int above = 0;
        while (above < Loads.Count && Loads[above].Load < load) above++;
        if (above == Loads.Count) return Time(Loads[^1]) * (load / Loads[^1].Load);
        TunedLoad next = Loads[above];
        if (above == 0) return Time(next);
        TunedLoad last = Loads[above - 1];
        double share = (load - last.Load) / (next.Load - last.Load);
        return Time(last) + share * (Time(next) - Time(last));

        double Time(TunedLoad at) => at.Start + depth * at.Step;
    }
}
