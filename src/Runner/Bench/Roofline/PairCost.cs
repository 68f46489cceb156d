using System.Text.RegularExpressions;
using TripletGpu.Kernels;
using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Operations of a loss for one pair, counted in the text of its functions.</summary>
static partial class PairCost
{
    // In the passes around the loss's own functions: two comparisons with the extremes; whether it is finite, a count.
    const int Extremes = 2, Counting = 3;

    // A sum of exponentials takes a difference, the exponential and an addition; another sum the addition.
    const int Exponential = 3, Addition = 1;

    /// <summary>Of the sums over a row.</summary>
    public static int Measure<TLoss>() where TLoss : struct, IPairLoss
    {
        int logit = In<TLoss>("NegativeLogit"), takes = In<TLoss>("TakesNegative");
        return 2 * logit + Extremes + Counting + takes + (TLoss.SumsExponentials ? Exponential : Addition);
    }

    /// <summary>Of the gradient: the weight of the pair, times the gradient of its row and the slope of its
    /// logit.</summary>
    public static int Slope<TLoss>() where TLoss : struct, IPairLoss
    {
        int weight = TLoss.SumsExponentials ? In<TLoss>("NegativeLogit") + Exponential : 0;
        return In<TLoss>("TakesNegative") + weight + 2 + In<TLoss>("NegativeSlope");
    }

    static int In<TLoss>(string function) where TLoss : struct, IPairLoss
    {
        string text = KernelTypeArgument<TLoss>.Program.Body, name = $"{typeof(TLoss).Name}_{function}(";
        int start = text.IndexOf(name, StringComparison.Ordinal);
        if (start < 0) throw new InvalidOperationException($"{typeof(TLoss).Name} has no {function} in its program");
        int begin = text.IndexOf('{', start), end = begin;
        for (int depth = 0; end < text.Length; end++)
        {
            depth += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
            if (depth == 0) break;
        }
        string body = text[begin..end];
        return Operator().Count(body) + Call().Count(body) + Fused().Count(body);
    }

    [GeneratedRegex(@"(?<= )([-+*/<>]|<=|>=|==|!=)=?(?= )")]
    private static partial Regex Operator();

    [GeneratedRegex(@"\b(MathF_(?!Abs)|Fused_)\w+\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"\bFused_\w+\(")]
    private static partial Regex Fused();
}
