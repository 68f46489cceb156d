using System.CommandLine;
using TripletGpu.Models.Onnx.Import;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Inference;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet import MODEL.onnx --out W.safetensors [--as resnet50]</c>: weights of an ONNX file.</summary>
static class ImportCommand
{
    const string ResNet50 = "resnet50";

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("MODEL") { Description = "An ONNX file" };
        Option<string> output = new("--out")
        {
            Description = "The .safetensors to write",
            HelpName = "FILE",
            Required = true,
        };
        Option<string?> kind = new("--as")
        {
            Description = "The network that its weights are for; it is recognised by the graph, not by names"
                + " (default: the file's own names)",
        };
        kind.AcceptOnlyFromAmong(ResNet50);
        Option<bool> json = CommonOptions.Json();
        Command command = new("import", "Converts the weights of an ONNX file") { model, output, kind, json };
        command.SetAction(parsed =>
        {
            string source = parsed.GetValue(model)!, file = parsed.GetValue(output)!;
            OutputFiles.MustDiffer([("--out", file)], source);
            ImportedNetwork imported = parsed.GetValue(kind) is null
                ? OnnxImport.Read(source)
                : ResNetImport.Read(source);
            Dictionary<string, string> metadata = new() { ["source"] = Path.GetFileName(source) };
            if (imported.Settings is { } settings)
            {
                metadata[RunnableModel.MetadataKey] = RunnableModel.Describe(settings);
                // With the stride on the 3x3 it is PyTorch's; the others were trained on pixels of several kinds.
                if (!settings.StrideOnFirst && settings.Input[0] == 3)
                    metadata[PixelDefaults.MetadataKey] = ChannelValues.ImageNetWord;
            }
            SafeTensors.Write(file, imported.Tensors, metadata);
            long values = imported.Tensors.Sum(tensor => tensor.Shape.Count);
            if (parsed.GetValue(json))
                Json.Write(terminal, new { file, tensors = imported.Tensors.Count, values, log = imported.Log });
            else
            {
                foreach (string line in imported.Log) terminal.WriteLine(line);
                terminal.WriteLine(
                    $"{Counted.Of(imported.Tensors.Count, "tensor")} with {Counted.Of(values, "value")} in {file};"
                    + " nothing is left over");
            }
            return CommandLine.Done;
        });
        return command;
    }
}
