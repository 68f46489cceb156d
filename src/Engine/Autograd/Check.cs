using System.Runtime.CompilerServices;

namespace TripletGpu.Autograd;

/// <summary>Checks of operands. The message is only built when the check fails.</summary>
static class Check
{
    public static void That(bool holds, Op op, [InterpolatedStringHandlerArgument(nameof(holds))] Message message)
    {
        if (!holds) throw new ShapeException($"[{op.Name}] {message.Text}");
    }

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

        public Message(int literalLength, int formattedCount, bool holds, out bool isNeeded)
        {
            isNeeded = !holds;
            text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public string Text => text.ToStringAndClear();

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);
    }
}
