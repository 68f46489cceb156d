using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx;

/// <summary>An input of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dims">Its extents, -1 where they are free; null where the file does not say.</param>
/// <param name="IsInteger">Whether it holds integers or booleans, such as a shape.</param>
public sealed record OnnxPort(string Name, IReadOnlyList<long>? Dims, bool IsInteger)
{
    internal static OnnxPort Of(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? type = value.Type?.TensorType;
        bool isFloat = (DataType)(type?.ElemType ?? (int)DataType.Float)
            is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 or DataType.Undefined;
        return new OnnxPort(value.Name, type?.Shape is { } shape ? [.. shape.Dim.Select(Extent)] : null, !isFloat);
    }

    /// <summary>An array as the value of this input: integers and single numbers stay on the host.</summary>
    internal OnnxValue Value(Device device, NpyArray<float> array)
    {
        long[] dims = Array.ConvertAll(array.Shape.ToArray(), extent => (long)extent);
        if (IsInteger) return new OnnxValue(OnnxTensor.Of(Name, dims, Array.ConvertAll(array.Values, v => (long)v)));
        return dims.Length == 0 || array.Values.Length == 0
            ? new OnnxValue(OnnxTensor.Of(Name, dims, array.Values))
            : device.Tensor(array.Shape, array.Values);
    }

    static long Extent(TensorShapeProto.Types.Dimension d) =>
        d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? d.DimValue : -1;
}
