using System.Diagnostics;
using System.Text.Json;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>bench/, as it was built with the tests.</summary>
public sealed class BenchProjectTests
{
    [Test]
    public void SmallOperation_OnEveryContestant_GivesATable()
    {
        using TemporaryFolder folder = new();
        (int exit, string table, string error) = Run(
            "operations", "--only", "small-cnn", "--pass", "forward", "--rounds", "2", "--milliseconds", "1", "--out",
            folder.Path);
        Assert.That(exit, Is.Zero, error);
        string[] rows = [.. table.Split('\n').Where(line => line.Contains("small-cnn linear"))];
        Assert.That(rows.Select(row => row.Split('|')[2].Trim()), Is.SupersetOf(new[] { "cpu", "ONNX Runtime" }));
        Assert.That(rows, Has.All.Contain("GFLOP/s"));
        string results = Path.Combine(folder.Path, "results");
        Assert.That(Directory.GetFiles(results, "*.md"), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFiles(results, "*.csv"), Has.Length.EqualTo(1));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(results, "*.json").Single()));
        Assert.That(
            json.RootElement.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("rounds").GetArrayLength()),
            Has.All.EqualTo(2));
    }

    [TestCase("nothing", "nothing")]
    [TestCase("mining", "--device", "nowhere")]
    [TestCase("mining", "--only", "nowhere")]
    [TestCase("mining", "--rounds", "0")]
    public void WrongArguments_AreOneLine(params string[] arguments)
    {
        (int exit, string table, string error) = Run(arguments);
        Assert.That((exit, table), Is.EqualTo((2, "")));
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Count(line => !line.StartsWith("LibTorch is left out")), Is.EqualTo(1), error);
        Assert.That(lines[^1], Does.StartWith("bench: ").And.Contain(arguments[^1]));
    }

    static (int Exit, string Out, string Error) Run(params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(root, "bench", "bin", configuration, "net10.0", "TripletGpu.Bench.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string table = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, table, error.Result);
    }
}
