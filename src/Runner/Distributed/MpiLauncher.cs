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
            // MPICH's writes about itself there too, and both end everybody where nobody reads on, as head does.
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        // Ranks do not own the terminal: without this .NET writes its setting-up sequence into their output.
        start.Environment["TERM"] = "dumb";
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment[LauncherWords.Variable] = "1";
        LauncherWords words = new(terminal.Error);
        Interruption interruption = new(words);
        using PosixSignalRegistration interrupt = interruption.Forward(PosixSignal.SIGINT);
        using PosixSignalRegistration terminate = interruption.Forward(PosixSignal.SIGTERM);
        using PosixSignalRegistration hangUp = interruption.Forward(PosixSignal.SIGHUP);
        using Process process = Process.Start(start)!;
        interruption.Begin(process);
        Task results = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line) words.RelayResult(line, terminal.Out);
        });
        while (process.StandardError.ReadLine() is { } line) words.Relay(line);
        results.Wait();
        process.WaitForExit();
        int code = process.ExitCode;
        // MPICH's launcher may call that a success.
        if (interruption is { WasEarly: true, Code: { } early }) return early;
        if (code is 0 or Interrupted or Terminated || words.HasSpoken) return code;
        // What its end looked like to the launcher is of no interest to who asked for it.
        if (interruption.Code is { } asked) return asked;
        terminal.Tell(words.Processes.Length == 0
            ? $"{Path.GetFileName(launcher)} has started no rank (exit code {code}); see what it says by itself:"
                + $" {Path.GetFileName(launcher)} -n {ranks} hostname"
            : $"a rank ended without a word ({words.Reason ?? $"exit code {code}"}): it was killed, or its machine ran"
                + $" out of memory{advice}");
        return code;
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
    sealed class Interruption(LauncherWords words)
    {
        readonly Lock starting = new();
        Process? launcher;
        PosixSignal? last;

        /// <summary>As shells count the last signal; null where there was none.</summary>
        public int? Code => last is null ? null : last == PosixSignal.SIGINT ? Interrupted : Terminated;

        /// <summary>Whether the launcher was told, before any rank had begun.</summary>
        public bool WasEarly { get; private set; }

        /// <summary>The launcher has been started; it hears of what came before.</summary>
        public void Begin(Process started)
        {
            lock (starting)
            {
                launcher = started;
                if (last is { } early) Tell(started, early);
            }
        }

        /// <summary>Takes a signal over until disposal.</summary>
        public PosixSignalRegistration Forward(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            lock (starting)
            {
                PosixSignal sent = signal == PosixSignal.SIGHUP ? PosixSignal.SIGTERM : signal;
                last = sent;
                int[] ranks = words.Processes;
                foreach (int rank in ranks) Signals.Send(rank, sent);
                if (ranks.Length == 0 && launcher is { HasExited: false }) Tell(launcher, sent);
            }
        });

        void Tell(Process started, PosixSignal signal)
        {
            WasEarly = true;
            Signals.Send(started.Id, signal);
        }
    }
}
