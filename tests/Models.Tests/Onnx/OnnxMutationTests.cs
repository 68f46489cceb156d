using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>
/// Damaged ONNX files, read and run: as bytes, where few get past the format, and as graphs whose fields are wrong.
/// </summary>
public sealed class OnnxMutationTests
{
    static readonly string[] models =
        ["mixed_9.onnx", "mixed_13.onnx", "mixed_train.onnx", "windows_11.onnx", "windows_13.onnx"];

    static readonly long[] numbers =
        [0, 1, 2, 3, -1, -2, 7, 64, 1 << 16, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 32];

    readonly TemporaryFolder folder = new();
    Device device = null!;

    [OneTimeSetUp]
    public void OpenDevice() => device = TestDevices.Open("cpu-portable", threads: 1);

    [OneTimeTearDown]
    public void Close()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Bytes_Damaged() => Mutations.Survives(100, Sound(), LoadAndRun, typeof(UserErrorException));

    [Test]
    public void Graph_Damaged()
    {
        byte[][] sound = Sound();
        int count = Mutations.Count(usual: 100);
        for (int i = 0; i < count; i++)
        {
            ModelProto model = ModelProto.Parser.ParseFrom(sound[i % sound.Length]);
            Random random = new(i);
            for (int left = random.Next(1, 4); left > 0; left--) Damage(model, random);
            Mutations.Survives(
                model.ToByteArray(), $"graph {i} of {models[i % sound.Length]}", LoadAndRun,
                typeof(UserErrorException));
        }
    }

    /// <summary>What a mutation found: each node in turn without its inputs, or with another operator's name.</summary>
    [TestCase("")]
    [TestCase("Transpose")]
    [TestCase("Concat")]
    [TestCase("Resize")]
    [TestCase("Mul")]
    public void Nodes_WithoutInputs(string op)
    {
        foreach (byte[] sound in Sound())
            for (int i = 0; i < ModelProto.Parser.ParseFrom(sound).Graph.Node.Count; i++)
            {
                ModelProto model = ModelProto.Parser.ParseFrom(sound);
                NodeProto node = model.Graph.Node[i];
                node.Input.Clear();
                if (op != "") node.OpType = op;
                Mutations.Survives(model.ToByteArray(), $"node {i}", LoadAndRun, typeof(UserErrorException));
            }
    }

    void LoadAndRun(byte[] file)
    {
        string path = folder.Write("model.onnx", file);
        OnnxGraph graph = new(device, path);
        try
        {
            graph.Evaluate(graph.Inputs.ToDictionary(port => port.Name, Images));
        }
        finally
        {
            graph.Release();
        }

        // Of the size that a sound file asks for.
        static NpyArray<float> Images(OnnxPort port)
        {
            int side = port.Dims is [_, _, 13, _] ? 13 : 10;
            return new(new Shape(2, 2, side, side), new float[2 * 2 * side * side]);
        }
    }

    static byte[][] Sound() =>
        [.. models.Select(name => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "onnx", name)))];

    /// <summary>Changes one field somewhere in the message.</summary>
    static void Damage(IMessage message, Random random)
    {
        while (true)
        {
            FieldDescriptor[] set = [.. message.Descriptor.Fields.InDeclarationOrder().Where(f => IsSet(f, message))];
            if (set.Length == 0) return;
            FieldDescriptor field = set[random.Next(set.Length)];
            object value = field.Accessor.GetValue(message);
            if (value is IList list)
            {
                if (random.Next(8) == 0)
                {
                    ChangeList(list, random);
                    return;
                }
                int at = random.Next(list.Count);
                if (list[at] is IMessage element)
                {
                    message = element;
                    continue;
                }
                list[at] = Changed(list[at]!, list, random);
                return;
            }
            if (value is IMessage inner)
            {
                message = inner;
                continue;
            }
            if (random.Next(8) == 0) field.Accessor.Clear(message);
            else field.Accessor.SetValue(message, Changed(value, null, random));
            return;
        }
    }

    static bool IsSet(FieldDescriptor field, IMessage message) => field.Accessor.GetValue(message) switch
    {
        IList list => list.Count > 0,
        string text => text.Length > 0,
        ByteString bytes => bytes.Length > 0,
        null or 0 or 0L or 0f => false,
        Enum value => Convert.ToInt32(value, CultureInfo.InvariantCulture) != 0,
        _ => true,
    };

    static void ChangeList(IList list, Random random)
    {
        int at = random.Next(list.Count), other = random.Next(list.Count);
        switch (random.Next(3))
        {
            case 0: list.RemoveAt(at); break;
            case 1: list.Add(list[at]); break;
            default: (list[at], list[other]) = (list[other], list[at]); break;
        }
    }

    static object Changed(object value, IList? others, Random random)
    {
        long number = numbers[random.Next(numbers.Length)];
        return value switch
        {
            string when others is { Count: > 1 } => others[random.Next(others.Count)]!,
            string => random.Next(4) switch { 0 => "", 1 => "x", 2 => "Reshape", _ => "\n" },
            long => number,
            ulong => unchecked((ulong)number),
            int => unchecked((int)number),
            float => random.Next(2) == 0 ? float.NaN : (float)number,
            double => (double)number,
            ByteString bytes => ByteString.CopyFrom(bytes.Span[..random.Next(bytes.Length + 1)]),
            Enum => Enum.ToObject(value.GetType(), random.Next(20)),
            _ => value,
        };
    }
}
