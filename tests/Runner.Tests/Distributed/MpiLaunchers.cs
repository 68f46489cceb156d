using System.Diagnostics;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>The MPIs of this machine; a test that needs one that is missing is skipped, visibly.</summary>
static class MpiLaunchers
{
    public const string OpenMpi = "openmpi", Mpich = "mpich";

    /// <summary>The program as several ranks, by a launcher of its own: not by <c>--ranks</c>.</summary>
    public static Process Start(string mpi, int ranks, params string[] arguments) =>
        Start(mpi, [.. Part(ranks, arguments)]);

    /// <summary>Parts of one job, each with its own arguments.</summary>
    public static Process StartParts(string mpi, string[] first, string[] second) =>
        Start(mpi, [.. Part(1, first), ":", .. Part(1, second)]);

    /// <summary>Skips the test where there is no such launcher.</summary>
    public static string Find(string mpi)
    {
        string name = $"mpirun.{mpi}";
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (found is null) TestDevices.Skip(mpi, $"{name} is not installed");
        return found!;
    }

    /// <summary>The processes of the ranks of a run.</summary>
    public static int[] Ranks(string run) =>
    [
        .. Process.GetProcessesByName("triplet").Where(process =>
        {
            string path = $"/proc/{process.Id}/cmdline";
            return File.Exists(path) && File.ReadAllText(path).Contains(run, StringComparison.Ordinal);
        }).Select(process => process.Id).Order(),
    ];

    static Process Start(string mpi, string[] arguments)
    {
        ProcessStartInfo start = new(Find(mpi), mpi == OpenMpi ? ["--oversubscribe", .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["TERM"] = "xterm"; // what somebody at a terminal has
        return Process.Start(start)!;
    }

    static IEnumerable<string> Part(int ranks, string[] arguments) =>
        ["-n", $"{ranks}", Cli.StartInfo().FileName, .. arguments];
}
