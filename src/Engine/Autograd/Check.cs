using System.Runtime.CompilerServices;

namespace TripletGpu.Autograd;

/// <summary>Checks of operands, for shape rules. The message is only built when the check fails.</summary>
public static class Check
{
    /// <summary>Says which rule the operands of an operation break.</summary>
    /// <param name="holds">Whether they keep it.</param>
    /// <param name="op">The operation.</param>
    /// <param name="message">The rule, the operands and the numbers that disagree.</param>
    /// <exception cref="ShapeException">They do not.</exception>
    public static void That(bool holds, Op op, [InterpolatedStringHandlerArgument(nameof(holds))] Message message)
    {
        if (!holds) throw new ShapeException($"[{op.Name}] {message.Text}");
    }

    /// <summary>Says that an operand has a rank that the operation does not take.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="x">The operand's shape.</param>
    /// <param name="rank">The rank that it must have.</param>
    /// <param name="what">What the operand is to the operation: <c>input</c>.</param>
    /// <exception cref="ShapeException">It has another rank.</exception>
    public static void Rank(Op op, Shape x, int rank, string what)
    {
        if (x.Rank != rank)
            throw new ShapeException($"[{op.Name}] {what} must have {rank} dimensions, not {x.Rank}: {x}");
    }

    /// <summary>An interpolated string that is formatted only if the check fails.</summary>
    [InterpolatedStringHandler]
    public ref struct Message
    {
        DefaultInterpolatedStringHandler text;

        /// <summary>Called by the compiler, before the parts of the string.</summary>
        public Message(int literalLength, int formattedCount, bool holds, out bool isNeeded)
        {
            isNeeded = !holds;
            text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        /// <summary>The message.</summary>
        internal string Text => text.ToStringAndClear();

        /// <summary>Called by the compiler for what stands outside of braces.</summary>
        public void AppendLiteral(string value) => text.AppendLiteral(value);

        /// <summary>Called by the compiler for what stands in braces.</summary>
        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);
    }
}
