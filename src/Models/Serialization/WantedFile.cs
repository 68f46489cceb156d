namespace TripletGpu.Models.Serialization;

/// <summary>What a file should have been.</summary>
public enum WantedFile
{
    /// <summary>An .npy.</summary>
    Array,

    /// <summary>A .safetensors.</summary>
    Weights,

    /// <summary>An ONNX file.</summary>
    Network,

    /// <summary>An ONNX file or a .safetensors.</summary>
    NetworkOrWeights,

    /// <summary>A configuration.</summary>
    Configuration,
}
