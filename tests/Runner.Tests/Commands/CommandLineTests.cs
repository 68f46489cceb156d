using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Tests.Commands;

public sealed class CommandLineTests
{
    [Test]
    public void Devices_Json_ListsTheCpu()
    {
        CliResult result = Cli.Run("devices", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done));
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement cpu = json.RootElement.GetProperty("devices")[0];
        Assert.That(cpu.GetProperty("id").GetString(), Is.EqualTo("cpu"));
        Assert.That(cpu.GetProperty("computeUnits").GetInt32(), Is.EqualTo(Environment.ProcessorCount));
        Assert.That(result.Error, Is.Empty);
    }

    [Test]
    public void Tables_WithoutATerminal_HaveNoEscapes()
    {
        CliResult result = Cli.Run("devices");
        Assert.That(result.Out, Does.Contain("cpu").And.Not.Contain("\x1b").And.Not.Contain("\r"));
    }

    [Test]
    public void Help_OfACommandWithinAnother_ShowsItsOwnArguments()
    {
        string kernels = Cli.Run("bench", "kernels", "--help").Out, bench = Cli.Run("bench", "--help").Out;
        Assert.That(kernels, Does.Contain("bench kernels [<NAME>...]").And.Not.Contain("<WHAT>"));
        Assert.That(bench, Does.Contain("<WHAT>").And.Contain("<MODEL>"));
    }

    [TestCase("trian")]
    [TestCase("train", "mnist-small", "--threads", "0")]
    [TestCase("train", "mnist-small", "--threads", "many")]
    [TestCase("train", "mnist-small", "--nonsense")]
    [TestCase("train", "mnist-smal")]
    [TestCase("train")]
    [TestCase("train", "mnist-small", "--device", "cuda:7")]
    [TestCase("train", "mnist-small", "--device", "gpu")]
    [TestCase("train", "mnist-small", "--set", "optimizer.learningrate=0.1")]
    [TestCase("train", "--resume", "/nowhere/at/all")]
    [TestCase("summary", "small-cnn", "--input", "28")]
    [TestCase("summary", "large-cnn")]
    [TestCase("mine", "--embeddings", "/nowhere.npy", "--labels", "/nowhere.npy")]
    [TestCase("mine", "--embeddings", "/nowhere.npy", "--rule", "soft")]
    [TestCase("bench", "everything")]
    [TestCase("train", "mnist-small", "--out", "")]
    [TestCase("train", "mnist-small", "--resume", "")]
    public void BadInput_IsOneLineAndExitCode2(params string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
        Assert.That(result.Out, Is.Empty);
    }

    [TestCase("tf32", "tf32")]
    [TestCase("bfloat16", "bfloat16")]
    [TestCase("bf16", "bfloat16")]
    public void Precision_OnADeviceWithoutTensorCores_IsRefused(string word, string named)
    {
        CliResult result = Cli.Run("bench", "--device", "cpu", "--precision", word);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(
            result.ErrorLines.Single(),
            Does.StartWith($"precision {named} on cpu: ").And.Contain("TF32 and bfloat16 take the tensor cores"));
    }

    [Test]
    public void Commands_AreMadeByTheNamesThatTheyHave() => Assert.That(
        CommandLine.Names,
        Is.EqualTo(CommandLine.Root(new Terminal(Console.Out, Console.Error)).Subcommands.Select(c => c.Name)));

    [Test]
    public void UnknownCommand_IsNamed() => Assert.That(
        Cli.Run("trian").Error, Does.StartWith("trian is no command; did you mean train?"));

    [Test]
    public void WrongNumber_NamesNoTypeOfDotNet() =>
        Assert.That(
            Cli.Run("train", "mnist-small", "--seed", "-1").Error, Does.Contain("--seed").And.Not.Contain("System"));

    [Test]
    public void UnknownField_NamesTheNearest()
    {
        CliResult result = Cli.Run("train", "mnist-small", "--set", "optimizer.learningrat=0.1");
        Assert.That(result.Error, Does.Contain("optimizer.learningRate"));
    }

    [Test]
    public void NoArguments_ShowsTheCommands() =>
        Assert.That(Cli.Run().Out, Does.Contain("train").And.Contain("devices"));

    [Test]
    public void Summary_Json_HasTheContractsKeys()
    {
        CliResult result = Cli.Run("summary", "small-cnn", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement root = json.RootElement;
        Assert.That(root.GetProperty("parameters").GetInt64(), Is.EqualTo(112_096));
        // 26 x 26 x 32 x 9 + 11 x 11 x 32 x 288 + 800 x 128
        Assert.That(root.GetProperty("macs").GetInt64(), Is.EqualTo(194_688 + 1_115_136 + 102_400));
        Assert.That(
            root.GetProperty("input").EnumerateArray().Select(e => e.GetInt32()), Is.EqualTo(new[] { 1, 28, 28 }));
        Assert.That(
            root.GetProperty("layers").EnumerateArray().Sum(l => l.GetProperty("parameters").GetInt64()),
            Is.EqualTo(112_096));
        Assert.That(root.GetProperty("tensors")[0].GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()),
            Is.EqualTo(new[] { 32, 1, 3, 3 }));
    }
}
