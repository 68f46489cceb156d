using TripletGpu.Models;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Book;

/// <summary>
/// What <c>triplet bench kernels --json</c> measured, by kernel; the book shows it where it is given.
/// </summary>
sealed class BenchPoints
{
    readonly ILookup<string, KernelRow> rows;

    BenchPoints(KernelRun? run)
    {
        Run = run;
        rows = (run?.Rows ?? []).ToLookup(row => row.Kernel);
    }

    /// <summary>None.</summary>
    public static BenchPoints None { get; } = new(null);

    /// <summary>The device and its peaks; null without a file.</summary>
    public KernelRun? Run { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is something else.</exception>
    public static BenchPoints Read(string path) => new(KernelRunFile.Read(path, "--bench"));

    /// <summary>A kernel's rows, one a size.</summary>
    public IEnumerable<KernelRow> Of(string kernel) => rows[kernel];
}
