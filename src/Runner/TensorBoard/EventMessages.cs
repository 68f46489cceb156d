using Google.Protobuf;

namespace TripletGpu.Runner.TensorBoard;

/// <summary>
/// The messages of TensorFlow's event files that are written here, field by field: tensorflow/core/util/event.proto,
/// tensorflow/core/framework/summary.proto, graph.proto, node_def.proto, attr_value.proto and tensor_shape.proto.
/// </summary>
static class EventMessages
{
    const int WallTime = 1, StepField = 2, FileVersion = 3, GraphDef = 4, Summary = 5, SessionLog = 7;
    const int SessionStart = 1;

    /// <summary>The first record of a file: which format it has.</summary>
    public static byte[] Version(double time) => Message(e =>
    {
        Double(e, WallTime, time);
        Text(e, FileVersion, "brain.Event:2");
    });

    /// <summary>A program goes on from a step: what an earlier file has of this step and later ones is void.</summary>
    public static byte[] Start(double time, long step) => Event(time, step, SessionLog, Message(log =>
    {
        log.WriteTag(1, WireFormat.WireType.Varint);
        log.WriteEnum(SessionStart);
    }));

    /// <summary>Numbers by their tags.</summary>
    public static byte[] Scalars(double time, long step, IEnumerable<(string Tag, double Value)> values) =>
        Event(time, step, Summary, Message(summary =>
        {
            foreach ((string tag, double value) in values)
                Bytes(summary, 1, Message(entry =>
                {
                    Text(entry, 1, tag);
                    entry.WriteTag(2, WireFormat.WireType.Fixed32);
                    entry.WriteFloat((float)value);
                }));
        }));

    /// <summary>Histograms by their tags.</summary>
    public static byte[] Histograms(double time, long step, IEnumerable<(string Tag, Histogram Value)> values) =>
        Event(time, step, Summary, Message(summary =>
        {
            foreach ((string tag, Histogram value) in values)
                Bytes(summary, 1, Message(entry =>
                {
                    Text(entry, 1, tag);
                    Bytes(entry, 5, Message(histogram =>
                    {
                        Double(histogram, 1, value.Min);
                        Double(histogram, 2, value.Max);
                        Double(histogram, 3, value.Count);
                        Double(histogram, 4, value.Sum);
                        Double(histogram, 5, value.SumOfSquares);
                        Doubles(histogram, 6, value.Limits);
                        Doubles(histogram, 7, value.Counts);
                    }));
                }));
        }));

    /// <summary>The operations of a network.</summary>
    public static byte[] Graph(double time, IEnumerable<GraphNode> nodes) =>
        Event(time, 0, GraphDef, Message(graph =>
        {
            foreach (GraphNode node in nodes)
                Bytes(graph, 1, Message(to => Write(to, node)));
            // The producer of graphs of TensorFlow 1.0 and later.
            Bytes(graph, 4, Message(versions =>
            {
                versions.WriteTag(1, WireFormat.WireType.Varint);
                versions.WriteInt32(22);
            }));
        }));

    static void Write(CodedOutputStream to, GraphNode node)
    {
        Text(to, 1, node.Name);
        Text(to, 2, node.Operation);
        foreach (string input in node.Inputs) Text(to, 3, input);
        // attr: a map's entry is a message of key and value.
        Bytes(to, 5, Message(entry =>
        {
            Text(entry, 1, "_output_shapes");
            Bytes(entry, 2, Message(value => Bytes(value, 1, Message(list => Bytes(list, 7, Message(shape =>
            {
                foreach (int extent in node.Output)
                    Bytes(shape, 2, Message(dimension =>
                    {
                        dimension.WriteTag(1, WireFormat.WireType.Varint);
                        dimension.WriteInt64(extent);
                    }));
            }))))));
        }));
    }

    static byte[] Event(double time, long step, int field, byte[] content) => Message(e =>
    {
        Double(e, WallTime, time);
        e.WriteTag(StepField, WireFormat.WireType.Varint);
        e.WriteInt64(step);
        Bytes(e, field, content);
    });

    static byte[] Message(Action<CodedOutputStream> write)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream to = new(bytes, leaveOpen: true)) write(to);
        return bytes.ToArray();
    }

    static void Text(CodedOutputStream to, int field, string text)
    {
        to.WriteTag(field, WireFormat.WireType.LengthDelimited);
        to.WriteString(text);
    }

    static void Bytes(CodedOutputStream to, int field, byte[] bytes)
    {
        to.WriteTag(field, WireFormat.WireType.LengthDelimited);
        to.WriteBytes(ByteString.CopyFrom(bytes));
    }

    static void Double(CodedOutputStream to, int field, double value)
    {
        to.WriteTag(field, WireFormat.WireType.Fixed64);
        to.WriteDouble(value);
    }

    static void Doubles(CodedOutputStream to, int field, double[] values)
    {
        to.WriteTag(field, WireFormat.WireType.LengthDelimited);
        to.WriteLength(values.Length * sizeof(double));
        foreach (double value in values) to.WriteDouble(value);
    }
}
