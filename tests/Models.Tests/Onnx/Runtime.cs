using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>ONNX Runtime as the judge. Its files in the user's cache folder stay unwritten.</summary>
static class Runtime
{
    static readonly SessionOptions options = MakeOptions();

    /// <summary>The outputs of a model in order.</summary>
    /// <exception cref="OnnxRuntimeException">It does not load, or does not run.</exception>
    public static IReadOnlyList<OnnxTensor> Run(byte[] model, IEnumerable<OnnxTensor> inputs)
    {
        using InferenceSession session = new(model, options);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs =
            session.Run([.. inputs.Select(Value)]);
        return [.. outputs.Select(Tensor)];
    }

    static NamedOnnxValue Value(OnnxTensor tensor)
    {
        int[] dims = Array.ConvertAll(tensor.Dims, extent => (int)extent);
        return tensor.FloatsOrNull is { } floats
            ? NamedOnnxValue.CreateFromTensor(tensor.Name, new DenseTensor<float>(floats, dims))
            : NamedOnnxValue.CreateFromTensor(tensor.Name, new DenseTensor<long>(tensor.IntegersOrNull!, dims));
    }

    static OnnxTensor Tensor(DisposableNamedOnnxValue value)
    {
        switch (value.Value)
        {
            case Tensor<float> floats: return OnnxTensor.Of(value.Name, Dims(floats.Dimensions), [.. floats]);
            case Tensor<long> integers: return OnnxTensor.Of(value.Name, Dims(integers.Dimensions), [.. integers]);
            case Tensor<bool> bits:
                return OnnxTensor.Of(value.Name, Dims(bits.Dimensions), [.. bits.Select(bit => bit ? 1L : 0)]);
            default: throw new NotSupportedException($"an output of {value.Value?.GetType()}");
        }
    }

    static long[] Dims(ReadOnlySpan<int> dims) => Array.ConvertAll(dims.ToArray(), extent => (long)extent);

    static SessionOptions MakeOptions()
    {
        // The runtime's native code does not see what Environment.SetEnvironmentVariable sets.
        if (OperatingSystem.IsWindows()) Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
        else _ = SetVariable("ORT_DISABLE_TELEMETRY", "1", 1);
        return new SessionOptions
        {
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
    }

    [DllImport("libc", EntryPoint = "setenv")]
    static extern int SetVariable(string name, string value, int overwrite);
}
