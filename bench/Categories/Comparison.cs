using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;
using TripletGpu.Runner.Bench;

namespace TripletGpu.Bench.Categories;

/// <summary>A category: each of its works on every contestant that can do it.</summary>
public abstract class Comparison
{
    IBenchPass? pass;

    /// <summary>What is done; a category names its works.</summary>
    public abstract Work Work { get; set; }

    /// <summary>A device of TripletGpu, or a peer.</summary>
    [ParamsSource(nameof(Everyone))]
    public string On { get; set; } = "";

    /// <summary>The contestants of this run.</summary>
    public static IEnumerable<string> Everyone => Contestants.All;

    /// <summary>Why the benchmark that ran last could not be made ready; empty where it could.</summary>
    public static string Failure { get; private set; } = "";

    /// <summary>Gives back what a benchmark needed.</summary>
    [GlobalCleanup]
    public void Close() => pass?.Dispose();

    /// <summary>Makes what a benchmark needs.</summary>
    private protected void Open(Pass which)
    {
        Failure = "";
        try
        {
            pass = Contestants.Open(On, Work, which);
        }
        catch (Exception exception)
        {
            // BenchmarkDotNet ends all benchmarks of a process where one throws: it runs, and its row has no figure.
            Failure = exception.Message.ReplaceLineEndings(" ");
        }
    }

    /// <summary>Runs the pass once, to its end.</summary>
    private protected void Run() => pass?.Run();
}
