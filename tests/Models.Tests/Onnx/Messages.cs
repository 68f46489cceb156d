using System.Runtime.InteropServices;
using Google.Protobuf;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>The messages that a test's graph is made of.</summary>
static class Messages
{
    /// <summary>An input or output of floats; a negative extent is a free one.</summary>
    public static ValueInfoProto Port(string name, params long[] dims)
    {
        TensorShapeProto shape = new();
        foreach (long extent in dims)
            shape.Dim.Add(extent < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = "n" }
                : new TensorShapeProto.Types.Dimension { DimValue = extent });
        TypeProto.Types.Tensor type = new() { ElemType = (int)DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }

    /// <summary>An initializer of floats or of integers.</summary>
    public static TensorProto Tensor(OnnxTensor tensor) => new()
    {
        Name = tensor.Name,
        DataType = (int)(tensor.IsFloat ? DataType.Float : DataType.Int64),
        Dims = { tensor.Dims },
        RawData = ByteString.CopyFrom(tensor.FloatsOrNull is { } floats
            ? MemoryMarshal.AsBytes(floats.AsSpan())
            : MemoryMarshal.AsBytes(tensor.IntegersOrNull!.AsSpan())),
    };

    /// <summary>An attribute: a number, a text, a list of numbers, a tensor.</summary>
    public static AttributeProto Attribute(string name, object value)
    {
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case int number: (attribute.Type, attribute.I) = (AttributeType.Int, number); break;
            case float number: (attribute.Type, attribute.F) = (AttributeType.Float, number); break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] list:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(list);
                break;
            case float[] list:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.Add(list);
                break;
            case OnnxTensor tensor: (attribute.Type, attribute.T) = (AttributeType.Tensor, Tensor(tensor)); break;
            default: throw new ArgumentException($"{value}");
        }
        return attribute;
    }

    /// <summary>The file.</summary>
    public static byte[] File(GraphProto graph, int opset, int irVersion)
    {
        ModelProto model = new() { IrVersion = irVersion, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model.ToByteArray();
    }
}
