using System.Diagnostics;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>What a command printed and returned.</summary>
sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>The lines on stderr.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs the program, in this process or in one of its own.</summary>
static class Cli
{
    /// <summary>In this process.</summary>
    public static CliResult Run(params string[] args)
    {
        StringWriter output = new(), error = new();
        int code = CommandLine.Run(args, new Terminal(output, error));
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>As a process of its own, to be signalled or killed.</summary>
    public static Process Start(params string[] args) => Process.Start(StartInfo(args))!;

    /// <summary>How a process of its own is started.</summary>
    public static ProcessStartInfo StartInfo(params string[] args) =>
        new(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "triplet.exe" : "triplet"), args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };

    /// <summary>
    /// Waits for the end of a process that was started; one that hears no signal (a shell lets what it runs in the
    /// background ignore Ctrl-C) is not waited for without end.
    /// </summary>
    public static CliResult Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} did not end within ten minutes");
        }
        process.WaitForExit();
        return new CliResult(process.ExitCode, output.Result, error.Result);
    }
}
