using TripletGpu.Backends;

namespace TripletGpu.Autograd;

/// <summary>
/// A differentiable operation: a shape rule, a forward and a backward pass. A record of its settings; it holds no
/// tensors, so one value may be applied many times.
/// </summary>
public abstract record Op
{
    /// <summary>The name for messages and tables.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>What the backward pass reads again.</summary>
    public abstract Saved Saves { get; }

    /// <summary>
    /// A view shares its input's memory and has no pass of its own: only the shape changes, forwards and backwards.
    /// </summary>
    public virtual bool IsView => false;

    /// <summary>
    /// The input whose gradient may take the place of the output's, so that no further memory is fetched and written;
    /// -1 for none. It has the output's shape, and the backward pass reads all of dy that an element's gradient is made
    /// from before it writes there.
    /// </summary>
    public virtual int InputInPlace => -1;

    /// <summary>Whether the backward pass computes in the memory of the output's gradient, or hands it on.</summary>
    public virtual bool TakesGradient => IsView || InputInPlace >= 0;

    /// <summary>Checks the inputs' shapes and returns the output's.</summary>
    /// <exception cref="ShapeException">The op, the rule, the operands and the numbers that disagree.</exception>
    public abstract Shape InferShape(ReadOnlySpan<Shape> x);

    /// <summary>Checks what shapes do not tell (element types). The default asks for Float32 throughout.</summary>
    public virtual void CheckTypes(ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < x.Length; i++)
            Check.That(
                x[i].Type == ElementType.Float32, this, $"input {i} must hold Float32, but {x[i]} holds {x[i].Type}");
    }

    /// <summary>
    /// Whether row n of the output, along its first axis, needs of this input row n alone; an input of which it needs
    /// more is the same for all rows.
    /// </summary>
    internal virtual bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => false;

    /// <summary>
    /// Channels of the blocks in which its maps lie (<see cref="IConvolution.ChannelBlock"/>), where it is given some
    /// in blocks of <paramref name="given"/>, or none (0); 0: all in planes. What lies otherwise is turned for it.
    /// </summary>
    internal virtual int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => 0;

    /// <summary>Whether it reads maps in planes also where its output lies in blocks.</summary>
    internal virtual bool TakesPlanes => false;

    /// <summary>Whether an input is maps, which lie as the output does.</summary>
    internal virtual bool IsMap(int input, ReadOnlySpan<Shape> x) => true;

    /// <summary>
    /// Further tensors that the forward pass writes and the backward pass reads: indices of a pooling window, batch
    /// statistics, a table of triplets.
    /// </summary>
    public virtual TensorSpec[] Extras(ReadOnlySpan<Shape> x) => [];

    /// <summary>The multiply-adds of one forward pass; 0 where elementwise work is all there is.</summary>
    public virtual long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) => 0;

    /// <summary>
    /// Computes <paramref name="y"/> (all of it) and the extras from <paramref name="x"/>. Not called where y has no
    /// elements; inputs may still have none, such as a sum's.
    /// </summary>
    public abstract void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras);

    /// <summary>
    /// Computes the gradients of the inputs from <paramref name="dy"/>, the gradient of the output. Inputs and output
    /// may be read only as <see cref="Saves"/> says. Targets are written in the order of the inputs: one tensor may be
    /// given twice (x * x), and its second contribution then adds to the first. Not called where dy has no elements,
    /// and not asked for the gradient of an input without elements.
    /// </summary>
    public abstract void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx);

    /// <summary>Applies the operation to tensors of one device and records it where a gradient is wanted.</summary>
    public Tensor Apply(params ReadOnlySpan<Tensor> x) => Tape.Apply(this, x, keepExtras: false, out _);

    /// <summary>
    /// As <see cref="Apply(ReadOnlySpan{Tensor})"/>, with a place for the result: see <see cref="Tape"/>.
    /// </summary>
    internal Tensor ApplyInto(Tensor? into, params ReadOnlySpan<Tensor> x) =>
        Tape.Apply(this, x, keepExtras: false, out _, into);

    /// <summary>
    /// As <see cref="Apply(ReadOnlySpan{Tensor})"/>, and hands out the extras, which live as long as the step.
    /// </summary>
    public Tensor Apply(out Tensor[] extras, params ReadOnlySpan<Tensor> x) =>
        Tape.Apply(this, x, keepExtras: true, out extras);
}

/// <summary>The shape and element type of a tensor to be made.</summary>
public readonly record struct TensorSpec(Shape Shape, ElementType Type = ElementType.Float32);
