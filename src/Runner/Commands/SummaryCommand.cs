using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Summary;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet summary MODEL</c>: the layers of a network, with their sizes and costs.</summary>
static class SummaryCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("MODEL")
        {
            Description = "A model kind, a preset, a config file, a run or an ONNX file",
        };
        Option<string?> input = new("--input")
        {
            Description = "The shape of one image (default: the model's)",
            HelpName = "CxHxW",
        };
        Option<string[]> settings = CommonOptions.Set();
        Option<bool> plan = new("--plan")
        {
            Description = "Also what inference makes of the layers: joined operations, buffers",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("summary", "Shows a network's layers, parameters and multiply-adds")
        {
            model, input, settings, plan, json,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(model)!;
            RunConfig config = NamedModel.Config(name, parsed.GetValue(settings)!);
            ModelConfig network = parsed.GetValue(input) is { } text
                ? config.Model with { Input = ParseInput(text) }
                : config.Model;
            using Device device = DeviceCatalog.Open(DeviceCatalog.Auto, threads: 0);
            EmbeddingNetwork made = NetworkFactory.Create(
                network, config.Train.Seed, device, takesOneImage: true);
            if (config.Model.Kind != ModelKind.Onnx) made.Initialize(config.Train.Seed);
            Describe(terminal, name, made, parsed.GetValue(plan), parsed.GetValue(json));
            return CommandLine.Done;
        });
        return command;
    }

    static void Describe(Terminal terminal, string name, EmbeddingNetwork network, bool withPlan, bool json)
    {
        NetworkSummary summary = NetworkSummary.Of(network, network.ImageShape);
        using PlannedNetwork? planned = withPlan ? new PlannedNetwork(network) : null;
        InferencePlan? plan = planned?.Plan(new Shape([1, .. network.ImageShape.ToArray()]));
        if (json)
            Json.Write(terminal, new
            {
                model = name,
                input = network.ImageShape.ToArray(),
                layers = summary.Layers,
                parameters = summary.Parameters,
                macs = summary.Macs,
                activationBytes = summary.ActivationBytes,
                modules = network is Nn2 nn2 ? Nn2ModuleCost.Of(nn2, summary) : null,
                plan = plan?.Graph.Nodes.Select(node => new
                {
                    op = node.Op.Name,
                    layers = node.Origin,
                    output = node.Output.Shape.ToArray()[1..],
                    block = node.Output.Block,
                }),
                planBufferBytes = plan?.BufferBytes,
                unplanned = planned?.Unplanned,
                tensors = network.Parameters().Select(
                    p => new { name = p.Name, shape = p.Value.Shape.ToArray(), trainable = p.IsTrainable }),
            });
        else Show(terminal, network, summary);
        if (!json && plan is not null) ShowPlan(terminal, plan);
        else if (!json && planned is not null)
            terminal.WriteLine($"The network runs operation by operation: {planned.Unplanned}");
        network.Release();
    }

    static void ShowPlan(Terminal terminal, InferencePlan plan)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("operation", "does what these layers do");
        table.AddColumn(new TableColumn("output").RightAligned()).AddColumn("channels");
        foreach (PlanNode node in plan.Graph.Nodes)
            table.AddRow(
                Terminal.Cell(node.Op.Name), Terminal.Cell(Layers(node.Origin)),
                Dimensions(node.Output.Shape.ToArray()[1..]),
                node.Output.Block > 0 ? $"in blocks of {node.Output.Block}" : "");
        terminal.WriteLine("Inference, as it is planned for one image:");
        terminal.Show(table);
        terminal.WriteLine(
            $"{Counted.Of(plan.Graph.Nodes.Count, "operation")}, buffers of {Bytes(plan.BufferBytes)} for all values");
    }

    /// <summary>Their names, of many the first and the last one.</summary>
    static string Layers(IReadOnlyList<string> names) =>
        names.Count <= 4 ? string.Join(", ", names) : $"{names[0]}, ... {names[^1]} ({names.Count})";

    static void Show(Terminal terminal, EmbeddingNetwork network, NetworkSummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("layer", "kind");
        foreach (string column in (string[])["output", "parameters", "multiply-adds", "activation"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddRow("input", "", Dimensions(network.ImageShape.ToArray()), "", "", "");
        foreach (LayerSummary layer in summary.Layers)
            table.AddRow(
                Terminal.Cell(layer.Name), layer.Kind, Dimensions(layer.Output), Number(layer.Parameters),
                Number(layer.Macs), Bytes(layer.ActivationBytes));
        table.AddEmptyRow();
        table.AddRow("total", "", "", Number(summary.Parameters), Number(summary.Macs), Bytes(summary.ActivationBytes));
        terminal.Show(table);
        if (network is Nn2 nn2) ShowPaper(terminal, Nn2ModuleCost.Of(nn2, summary));
    }

    static void ShowPaper(Terminal terminal, IReadOnlyList<Nn2ModuleCost> modules)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("module");
        foreach (string column in (string[])["output", "weights", "paper: params", "multiply-adds", "paper: FLOPS"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Nn2ModuleCost row in modules)
            table.AddRow(
                row.Name, Dimensions(row.Output), Number(row.Weights), row.PaperWeights, Number(row.Macs),
                row.PaperMacs);
        terminal.WriteLine(
            "The convolutions beside table 2 of the paper, which counts neither biases nor batch norm:");
        terminal.Show(table);
    }

    static int[] ParseInput(string text)
    {
        string[] parts = text.Split('x');
        int[] shape = new int[parts.Length];
        bool isShape = parts.Length == 3;
        for (int i = 0; i < parts.Length; i++)
            isShape &= int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i])
                && shape[i] is > 0 and <= 4096;
        return isShape
            ? shape
            : throw new UserErrorException($"--input is channels x height x width, such as 3x224x224, not {text}");
    }

    static string Dimensions(int[] shape) => string.Join(" x ", shape);

    static string Number(long value) => value == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    static string Bytes(long value) =>
        value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:N1} KiB");
}
