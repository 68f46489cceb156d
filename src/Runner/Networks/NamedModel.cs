using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Networks;

/// <summary>What MODEL means on the command line.</summary>
static class NamedModel
{
    /// <summary>
    /// The config behind a model kind (<c>resnet50</c>), a preset (<c>mnist-nn2</c>), a config file, a run's folder or
    /// an ONNX file.
    /// </summary>
    /// <param name="model">Any of these.</param>
    /// <param name="settings">Fields to change, as <c>path=value</c>.</param>
    /// <exception cref="UserErrorException">It is none of these, or a setting is wrong.</exception>
    public static RunConfig Config(string model, string[] settings)
    {
        if (Words.Value<ModelKind>(model) is not null)
            return ConfigReader.Parse($$"""{ "model": { "kind": "{{model}}" } }""", model, settings);
        if (model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            return ConfigReader.Parse(
                """{ "model": { "kind": "onnx" } }""", model,
                [$"model.path={model}", "model.normalize=false", .. settings]);
        RunFolder folder = new(model);
        return ConfigReader.Read(folder.HoldsRun ? folder.Config : model, settings);
    }
}
