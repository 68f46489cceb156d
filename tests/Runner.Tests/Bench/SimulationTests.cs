using System.Text.Json.Nodes;
using NUnit.Framework;
using TripletGpu.Runner.Bench;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary><c>triplet bench --simulate</c>: the cost model of docs/machines.md, and what is refused.</summary>
public sealed class SimulationTests
{
    static readonly StepCosts costs = new(
        Forward: 0.010, Backward: 0.020, Mining: 0.001, Update: 0.002, Parameters: 2_000_000, Dimension: 128, Norms: 3,
        Channels: 100);

    [Test]
    public void Waiting_IsThatOfTheFormula()
    {
        const double bandwidth = 1e9, latency = 1e-5;
        // Gradients of 8 MB in two buckets take 12 ms of the backward pass's 20; nothing is left of them.
        double embeddings = (4.0 * 25 * 128 * 3 + 4.0 * 100 * 128 * 3 / 4 + 76 * 3) / bandwidth;
        double norms = 20.0 * 100 * 3 / bandwidth, messages = latency * 3 * (2 + 2 * 3 + 2 * 2);
        Assert.That(
            costs.Waiting(4, 100, bandwidth, latency), Is.EqualTo(embeddings + norms + messages).Within(1e-12));
        double left = 8.0 * 2_000_000 * 3 / 4 / (bandwidth / 10) - 0.020;
        Assert.That(
            costs.Waiting(4, 100, bandwidth / 10, 0),
            Is.EqualTo(left + 10 * (embeddings + norms)).Within(1e-12));
        Assert.That(costs.Waiting(1, 100, bandwidth, latency), Is.Zero);
        Assert.That(costs.Compute, Is.EqualTo(0.033).Within(1e-12));
    }

    [Test]
    public void Simulation_HasARowANumberOfRanks_AndSaysWhatItAssumes()
    {
        CliResult result = Cli.Run(
            "bench", "models", "small-cnn", "--simulate", "ranks=6", "--batch", "12", "--bandwidth", "10Gbit/s",
            "--latency", "20us", "--device", "cpu", "--threads", "1", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        JsonNode json = JsonNode.Parse(result.Out)!;
        JsonArray rows = json["rows"]!.AsArray();
        Assert.That(rows.Select(row => (int)row!["ranks"]!), Is.EqualTo(new[] { 1, 2, 4, 6 }));
        Assert.That(rows.Select(row => (int)row!["batch"]!), Is.All.EqualTo(12));
        Assert.That((double)json["bandwidth"]!, Is.EqualTo(1.25e9));
        Assert.That((double)json["latency"]!, Is.EqualTo(20e-6).Within(1e-12));
        Assert.That(json["assumptions"]!.AsArray().Any(line => $"{line}".Contains("1.25 GB/s")));
        Assert.That((double)rows[0]!["waitingSeconds"]!, Is.Zero);
        Assert.That((double)rows[3]!["waitingSeconds"]!, Is.GreaterThan(5 * 20e-6 * 2));
    }

    [TestCase("bench", "--simulate", "ranks=0")]
    [TestCase("bench", "--simulate", "64")]
    [TestCase("bench", "--simulate", "ranks=")]
    [TestCase("bench", "--simulate", "ranks=4", "--bandwidth", "fast")]
    [TestCase("bench", "--simulate", "ranks=4", "--bandwidth", "0")]
    [TestCase("bench", "--simulate", "ranks=4", "--latency", "-1")]
    [TestCase("bench", "--simulate", "ranks=4", "--batch", "8,16")]
    [TestCase("bench", "mining", "--simulate", "ranks=4")]
    [TestCase("bench", "models", "small-cnn", "--simulate", "ranks=4", "--batch", "3", "--device", "cpu")]
    [TestCase("bench", "--bandwidth", "10")]
    public void WrongInput_IsOneLine(params string[] arguments)
    {
        CliResult result = Cli.Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
    }
}
