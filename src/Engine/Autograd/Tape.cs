using TripletGpu.Backends;
using TripletGpu.Inference;
using TripletGpu.Ops;

namespace TripletGpu.Autograd;

/// <summary>
/// The list of operations that have been applied in a step, in order. Walking it from its end with the chain rule gives
/// every gradient; each saved tensor is released after its last use, so a tape is consumed once.
/// </summary>
sealed class Tape
{
    readonly List<Node> nodes = [];

    sealed record Node(Op Op, Tensor[] Inputs, Tensor Output, Tensor[] Extras, bool KeepExtras);

    /// <summary>Runs an operation forwards, and records it if the step records and an input wants a gradient.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="x">What it reads.</param>
    /// <param name="keepExtras">Whether the extras outlive its backward pass.</param>
    /// <param name="extras">What it writes besides.</param>
    /// <param name="into">
    /// A tensor of the step for the result; it is not taken where the result has another shape or lies otherwise.
    /// </param>
    public static Tensor Apply(
        Op op, ReadOnlySpan<Tensor> x, bool keepExtras, out Tensor[] extras, Tensor? into = null)
    {
        if (x.IsEmpty) throw new ArgumentException($"[{op.Name}] has no operand");
        Device device = x[0].Device;
        using DeviceUse.Scope use = device.Use.Begin();
        Span<Shape> shapes = new Shape[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            Check.That(x[i].Device == device, op, $"input {i} is on {x[i].Device}, input 0 on {device}: copy one over");
            shapes[i] = x[i].Shape;
        }
        op.CheckTypes(x);
        Shape shape = op.InferShape(shapes);
        Tensor y;
        if (device.Recorder is { } recorder && !GraphRecorder.AreConstant(x))
        {
            y = Tensor.WithoutMemory(device, shape, ElementType.Float32, op.Name);
            recorder.Add(op, x, y);
            extras = [.. op.Extras(shapes).Select(spec =>
                Tensor.WithoutMemory(device, spec.Shape, spec.Type, op.Name))];
            return y;
        }
        int block = BlockOf(op, device, x, shapes);
        x = Laid(op, x, shapes, block);
        if (op.IsView)
        {
            y = x[0].Share(shape, op.Name);
            device.CurrentStep!.Own(y);
            extras = [];
        }
        else
        {
            // What is no map any more, such as a mean of each plane, has no layout.
            int laid = shape.Rank == 4 ? block : 0;
            y = into is not null && into.Shape == shape && into.ChannelBlock == laid ? into
                : device.Empty(shape, ElementType.Float32, op.Name);
            y.ChannelBlock = laid;
            TensorSpec[] specs = op.Extras(shapes);
            extras = specs.Length == 0 ? [] : new Tensor[specs.Length];
            for (int i = 0; i < specs.Length; i++) extras[i] = device.Empty(specs[i].Shape, specs[i].Type, op.Name);
            if (y.Count > 0) op.Forward(device.Backend, x, y, extras);
            else foreach (Tensor extra in extras) device.Backend.Memory.Fill(extra, 0);
        }
        device.Observer?.Applied(op, x, y);
        Step step = device.CurrentStep!;
        bool isRecorded = step.IsRecording && step.Tape.Record(op, x, y, extras, keepExtras);
        if (!isRecorded && !keepExtras)
            foreach (Tensor extra in extras) step.Release(extra);
        return y;
    }

    /// <summary>
    /// Channels of the blocks in which an operation's maps lie; 0: in planes. Outside of training none begins with it.
    /// </summary>
    static int BlockOf(Op op, Device device, ReadOnlySpan<Tensor> x, ReadOnlySpan<Shape> shapes)
    {
        int given = 0;
        foreach (Tensor input in x) given = Math.Max(given, input.ChannelBlock);
        bool mayBegin = op is MapLayout || device.CurrentStep is { IsRecording: true };
        return given > 0 || mayBegin ? op.ChannelBlock(device.Backend, shapes, given) : 0;
    }

    /// <summary>The inputs as an operation reads them: its maps in the layout in which it computes.</summary>
    static ReadOnlySpan<Tensor> Laid(Op op, ReadOnlySpan<Tensor> x, ReadOnlySpan<Shape> shapes, int block)
    {
        Tensor[]? laid = null;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i].ChannelBlock == block || !op.IsMap(i, shapes)) continue;
            if (x[i].ChannelBlock == 0 && op.TakesPlanes) continue;
            if (x[i].ImagePitch > 0)
                throw new InvalidOperationException($"[{op.Name}] {x[i]} is some channels of larger maps: copy it");
            laid ??= x.ToArray();
            laid[i] = MapLayout.Of(x[i], block);
        }
        return laid ?? x;
    }

    /// <summary>Records an operation if one of its inputs wants a gradient; returns whether.</summary>
    bool Record(Op op, ReadOnlySpan<Tensor> x, Tensor y, Tensor[] extras, bool keepExtras)
    {
        bool wanted = false;
        foreach (Tensor input in x) wanted |= input.RequiresGradient;
        if (!wanted) return false;
        y.RequiresGradient = true;
        y.Tape = this;
        if (op.Saves.HasFlag(Saved.Inputs))
            foreach (Tensor input in x) input.SavedBy++;
        if (op.Saves.HasFlag(Saved.Output)) y.SavedBy++;
        nodes.Add(new Node(op, x.ToArray(), y, extras, keepExtras));
        return true;
    }

    /// <summary>
    /// Adds the gradients of <paramref name="root"/> times <paramref name="seed"/> to <paramref name="gradients"/> and
    /// empties the tape. The root's own value stays.
    /// </summary>
    public void Backward(Step step, Tensor root, Tensor seed, Gradients gradients)
    {
        gradients.Set(root, seed);
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            Node node = nodes[i];
            if (gradients.Take(node.Output) is { } dy)
            {
                bool isHandedOn = Backward(step, node, dy, gradients);
                if (!isHandedOn) step.Release(dy);
            }
            // Every operation that reads this output comes later on the tape, so it has been walked already.
            if (!node.KeepExtras)
                foreach (Tensor extra in node.Extras) step.Release(extra);
            node.Output.Tape = null;
            if (node.Output != root) step.Release(node.Output);
            // From here on Step.Discard may release what lives on: the batch's images, the root.
            if (node.Op.Saves.HasFlag(Saved.Inputs))
                foreach (Tensor input in node.Inputs) input.SavedBy--;
            if (node.Op.Saves.HasFlag(Saved.Output)) node.Output.SavedBy--;
        }
        nodes.Clear();
    }

    /// <summary>Whether the operation that made a recorded tensor may change its gradient.</summary>
    public bool TakesGradient(Tensor of) => nodes.FindLast(node => node.Output == of)!.Op.TakesGradient;

    /// <returns>Whether dy's memory has become an input's gradient.</returns>
    static bool Backward(Step step, Node node, Tensor dy, Gradients gradients)
    {
        bool isHandedOn = false, isParted = false;
        Device device = dy.Device;
        Gradient[] dx = new Gradient[node.Inputs.Length];
        for (int i = 0; i < dx.Length; i++)
        {
            Tensor x = node.Inputs[i];
            if (!x.RequiresGradient) continue;
            if (gradients.Find(x) is { } sum) dx[i] = x.Count == 0 ? default : new Gradient(sum, Accumulate: true);
            else if (node.Op.IsView)
            {
                Tensor shared = dy.Share(x.Shape, node.Op.Name);
                step.Own(shared);
                gradients.Set(x, shared);
                return false;
            }
            else if (x.ImagePitch > 0)
            {
                // Joined maps have their parts' gradients within their own, as they have the parts.
                Tensor part = dy.Channels(x.FirstChannel, x.Shape[1], $"gradient of {x.Producer}");
                step.Own(part);
                gradients.Set(x, part);
                isParted = true;
            }
            else if (i == node.Op.InputInPlace && device.Backend.WritesGradientsInPlace && dy.Count > 0
                && dy.ImagePitch == 0)
            {
                gradients.Set(x, dy);
                dx[i] = new Gradient(dy, Accumulate: false);
                isHandedOn = true;
            }
            else
            {
                Tensor made = gradients.Make(step, x);
                // A gradient without elements is there, and nothing has to be computed for it.
                if (x.Count == 0) continue;
                if (dy.Count == 0) device.Backend.Memory.Fill(made, 0);
                dx[i] = new Gradient(made, Accumulate: false);
            }
        }
        bool isComputed = dy.Count > 0 && Array.Exists(dx, gradient => gradient.IsNeeded);
        if (!isComputed && !isParted) return false;
        if (isComputed) node.Op.Backward(device.Backend, node.Inputs, node.Output, node.Extras, dy, dx);
        device.Observer?.Backpropagated(node.Op, node.Inputs, node.Output);
        return isHandedOn;
    }
}
