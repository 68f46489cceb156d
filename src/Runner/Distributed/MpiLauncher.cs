using System.Diagnostics;
using System.Runtime.InteropServices;
using TripletGpu.Collectives.Mpi;
using TripletGpu.Models;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Distributed;

/// <summary>Starts this program as several ranks on this machine, by the MPI launcher that is installed.</summary>
static class MpiLauncher
{
    static readonly string[] names = ["mpirun", "mpiexec", "mpirun.openmpi", "mpirun.mpich"];

    /// <summary>
    /// The variable that names another launcher than the first one found (mpirun.mpich, where Open MPI is there too).
    /// </summary>
    const string Chosen = "TRIPLETGPU_MPIRUN";

    // As shells count a process that a signal ended; the first rank has told of it.
    const int Interrupted = 130, Terminated = 143;

    /// <summary>Runs the program with these arguments as so many ranks and waits for them.</summary>
    /// <param name="ranks">How many.</param>
    /// <param name="arguments">Of each.</param>
    /// <param name="terminal">Where to tell.</param>
    /// <param name="advice">What to do where one has ended without a word, for the message.</param>
    /// <returns>The launcher's exit code.</returns>
    /// <exception cref="UserErrorException">No launcher is installed.</exception>
    public static int Run(int ranks, IEnumerable<string> arguments, Terminal terminal, string advice)
    {
        string launcher = Find() ?? throw new UserErrorException(
            $"--ranks {ranks} needs MPI, and no mpirun is in PATH: install Open MPI (Debian, Ubuntu: apt install"
            + " openmpi-bin; Fedora: dnf install openmpi; macOS: brew install open-mpi) or MPICH (apt install mpich)");
        string[] counted = IsOpenMpi(launcher) ? OpenMpi(ranks) : ["-n", $"{ranks}"];
        string[] command = [.. OwnSession(), launcher, .. counted, .. Program(), .. arguments];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Ranks do not own the terminal: without this .NET writes its setting-up sequence into their output.
        start.Environment["TERM"] = "dumb";
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment[LauncherWords.Variable] = "1";
        LauncherWords words = new(terminal.Error);
        using Process process = Process.Start(start)!;
        using PosixSignalRegistration interrupt = Forward(PosixSignal.SIGINT, words, process);
        using PosixSignalRegistration terminate = Forward(PosixSignal.SIGTERM, words, process);
        using PosixSignalRegistration hangUp = Forward(PosixSignal.SIGHUP, words, process);
        while (process.StandardError.ReadLine() is { } line) words.Relay(line);
        process.WaitForExit();
        if (process.ExitCode is not (0 or Interrupted or Terminated) && !words.HasSpoken)
            terminal.Tell(
                $"a rank ended without a word ({words.Reason ?? $"exit code {process.ExitCode}"}): it was killed, or"
                + $" its machine ran out of memory{advice}");
        return process.ExitCode;
    }

    // Bound to one core each, ranks could not use several threads.
    static string[] OpenMpi(int ranks) => ["-n", $"{ranks}", "--oversubscribe", "--bind-to", "none", "-q"];

    /// <summary>
    /// What gives the launcher a session of its own, where the system has it. A terminal's Ctrl-C would reach Open
    /// MPI's too, which leaves ranks two seconds: too few to finish a step and save.
    /// </summary>
    static string[] OwnSession() => FindInPath(["setsid"]) is { } setsid ? [setsid] : [];

    /// <summary>How this program is started.</summary>
    static string[] Program()
    {
        string process = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(process) == "dotnet"
            ? [process, Path.Combine(AppContext.BaseDirectory, "triplet.dll")] : [process];
    }

    static string? Find() =>
        FindInPath(Environment.GetEnvironmentVariable(Chosen) is { Length: > 0 } chosen ? [chosen] : names);

    static string? FindInPath(IEnumerable<string> wanted)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return wanted.SelectMany(name => folders.Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    static bool IsOpenMpi(string launcher)
    {
        using Process asked = Process.Start(
            new ProcessStartInfo(launcher, "--version")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        string version = asked.StandardOutput.ReadToEnd();
        asked.WaitForExit();
        return version.Contains("Open MPI", StringComparison.OrdinalIgnoreCase)
            || version.Contains("OpenRTE", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Ranks hear of an interruption, as a process that is alone does, and this process waits for the end: Open MPI's
    /// launcher would not pass it on, but end them. It is told where no rank has begun.
    /// </summary>
    static PosixSignalRegistration Forward(PosixSignal signal, LauncherWords words, Process launcher) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            PosixSignal sent = signal == PosixSignal.SIGHUP ? PosixSignal.SIGTERM : signal;
            int[] ranks = words.Processes;
            foreach (int rank in ranks) Signals.Send(rank, sent);
            if (ranks.Length == 0 && !launcher.HasExited) Signals.Send(launcher.Id, sent);
        });
}
