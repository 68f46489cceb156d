using System.Collections;
using System.Diagnostics;

namespace TripletGpu.Packages.Tests;

/// <summary>What a program printed and returned.</summary>
sealed record ProgramResult(int ExitCode, string Out, string Error)
{
    /// <summary>Everything it said.</summary>
    public string Text => Out + Error;
}

/// <summary>The SDK as a user calls it, and programs that it has made.</summary>
static class Dotnet
{
    /// <summary>Runs the SDK, which must succeed.</summary>
    public static ProgramResult RunWell(string folder, params string[] arguments)
    {
        ProgramResult result = Run("dotnet", folder, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"dotnet {string.Join(' ', arguments)}: {result.Text}");
        return result;
    }

    /// <summary>Runs a program in a folder.</summary>
    public static ProgramResult Run(string program, string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // What the SDK that runs these tests tells its children is not for another one.
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (((string)variable.Key).StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                start.Environment.Remove((string)variable.Key);
        start.Environment["NUGET_PACKAGES"] = PackageFeed.Unpacked;
        start.Environment["MSBUILDDISABLENODEREUSE"] = start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output.Result, error.Result);
    }
}
