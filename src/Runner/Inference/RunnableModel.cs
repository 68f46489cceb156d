using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Inference;

/// <summary>Whatever <c>triplet run</c> takes: arrays by name in, arrays by name out.</summary>
abstract class RunnableModel : IDisposable
{
    /// <summary>Under this key the metadata of a .safetensors holds the config's section "model".</summary>
    public const string MetadataKey = "model";

    public abstract IReadOnlyList<string> Inputs { get; }

    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Opens an ONNX file, a run's folder or weights whose metadata names their network.</summary>
    /// <exception cref="UserErrorException">It is none of these, or is damaged.</exception>
    public static RunnableModel Open(string path, Device device, RunWeights weights)
    {
        RunnableModel opened = Directory.Exists(path) || !path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
            ? RunnableNetwork.Open(path, device, weights)
            : weights == RunWeights.Last ? new RunnableGraph(OnnxGraph.ToRun(device, path))
            : throw NoRun(path);
        // What reading the file took is as much as the weights again, and more than a plan will take.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        return opened;
    }

    /// <summary>How integers are made floats by whoever knows what the network takes.</summary>
    protected static string AsFloats(NpyElement element) => "numpy: array.astype('float32')"
        + (element.IsByte ? ", and / 255 where the network takes pixels in [0, 1]" : "");

    /// <summary>That only a run has several weights to choose from.</summary>
    protected static UserErrorException NoRun(string path) =>
        new($"{path} is no run: --weights best chooses among the weights of a run's folder");

    /// <summary>The config's section "model" that makes this network.</summary>
    public static string Describe(ResNet50Settings settings) => JsonSerializer.Serialize(
        new ModelConfig
        {
            Kind = ModelKind.Resnet50,
            Input = settings.Input.ToArray(),
            Embedding = settings.Outputs,
            Width = settings.Width,
            Dropout = 0,
            Normalize = settings.Normalize,
            StrideOn = settings.StrideOnFirst ? StrideOn.Convolution1x1 : StrideOn.Convolution3x3,
            Head =
                settings.Outputs == 0 ? HeadKind.None : settings.Normalize ? HeadKind.Embedding : HeadKind.Classifier,
        }, ConfigReader.Format);

    /// <summary>Opens an array as one of the inputs takes it.</summary>
    /// <param name="input">The input's name.</param>
    /// <param name="path">An .npy file.</param>
    /// <param name="warn">Takes a line about what is hardly meant.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or is nothing for that input.</exception>
    public abstract IRows Open(string input, string path, Action<string> warn);

    /// <summary>Runs the network on arrays by name.</summary>
    /// <param name="inputs">One for every input; read while the batches are taken.</param>
    /// <exception cref="UserErrorException">An input is missing or unknown, or does not fit.</exception>
    public abstract RowBatches Run(IReadOnlyDictionary<string, IRows> inputs);

    public abstract void Dispose();
}
