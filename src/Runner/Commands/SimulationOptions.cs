using System.CommandLine;
using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Runner.Bench;

namespace TripletGpu.Runner.Commands;

/// <summary><c>--simulate</c> of <c>triplet bench</c> and what belongs to it.</summary>
sealed class SimulationOptions
{
    const int MostRanks = 1024;
    const string Key = "ranks=";

    // 100 Gbit/s and what an exchange of MPI takes over such a network.
    const double UsualBandwidth = 12.5e9, UsualLatency = 5e-6;

    static readonly (string Name, double Factor)[] speeds =
    [
        ("Gbit/s", 1e9 / 8), ("Mbit/s", 1e6 / 8), ("GB/s", 1e9), ("MB/s", 1e6), ("", 1e9),
    ];

    static readonly (string Name, double Factor)[] times =
    [
        ("us", 1e-6), ("\u00b5s", 1e-6), ("ms", 1e-3), ("ns", 1e-9), ("s", 1), ("", 1e-6),
    ];

    readonly Option<string?> simulate = new("--simulate")
    {
        Description = "models: what a step would take with so many ranks, by the cost model of docs/machines.md",
        HelpName = "ranks=N",
    };

    readonly Option<string?> bandwidth = new("--bandwidth")
    {
        Description = "--simulate: what a rank sends, in GB/s or with its unit (100Gbit/s); default 12.5GB/s",
        HelpName = "GB/s",
    };

    readonly Option<string?> latency = new("--latency")
    {
        Description = "--simulate: what a message takes, in microseconds or with its unit (5us); default 5us",
        HelpName = "US",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [simulate, bandwidth, latency];

    /// <summary>What is to be simulated; null: nothing.</summary>
    /// <exception cref="UserErrorException">A value is none.</exception>
    public SimulationPlan? Read(ParseResult parsed)
    {
        string? wanted = parsed.GetValue(simulate), speed = parsed.GetValue(bandwidth), time = parsed.GetValue(latency);
        if (wanted is null)
            return speed is null && time is null ? null : throw new UserErrorException(
                $"{(speed is null ? latency : bandwidth).Name} belongs to --simulate ranks=N");
        return new SimulationPlan
        {
            Ranks = Ranks(wanted),
            Bandwidth = speed is null ? UsualBandwidth
                : Number(speed, speeds, 1e6, 1e13, "--bandwidth is 1MB/s to 10000GB/s, such as 12.5GB/s or 100Gbit/s"),
            Latency = time is null ? UsualLatency
                : Number(time, times, 0, 1, "--latency is 0 to 1s, such as 5us or 0.1ms"),
        };
    }

    /// <summary>One number: all powers of two up to it; several: those. One rank comes first.</summary>
    static int[] Ranks(string text)
    {
        string[] parts = text.StartsWith(Key, StringComparison.Ordinal) ? text[Key.Length..].Split(',') : [];
        List<int> ranks = [];
        foreach (string part in parts)
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count is >= 1 and <= MostRanks) ranks.Add(count);
        if (ranks.Count == 0 || ranks.Count < parts.Length)
            throw new UserErrorException(
                $"--simulate takes ranks=N, or several as ranks=8,64, from 1 to {MostRanks}; not {text}");
        if (ranks is [var most])
            for (int power = 2; power < most; power *= 2) ranks.Add(power);
        return [.. ranks.Append(1).Distinct().Order()];
    }

    static double Number(string text, (string Name, double Factor)[] units, double least, double most, string rule)
    {
        (string unit, double factor) = units.First(u => text.EndsWith(u.Name, StringComparison.Ordinal));
        ReadOnlySpan<char> number = text.AsSpan(0, text.Length - unit.Length).Trim();
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value * factor >= least && value * factor <= most
            ? value * factor : throw new UserErrorException($"{rule}; not {text}");
    }
}
