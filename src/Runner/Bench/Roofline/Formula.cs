using System.Globalization;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// Formulas as they are printed: <c>4 (M K + K N)</c>. Sums and differences of products, factors side by side, a square
/// as <c>N²</c>; letters stand for the dimensions of a launch.
/// </summary>
static class Formula
{
    /// <summary>The value where each letter has its number.</summary>
    /// <exception cref="FormatException">It is no formula, or has a letter without a number.</exception>
    public static double Value(string formula, IReadOnlyDictionary<string, long> letters)
    {
        int at = 0;
        double value = Sum(formula, letters, ref at);
        return at == formula.Length ? value : throw Unexpected(formula, at);
    }

    static double Sum(string text, IReadOnlyDictionary<string, long> letters, ref int at)
    {
        double sum = Product(text, letters, ref at);
        while (Next(text, ref at) is '+' or '-')
        {
            bool adds = text[at++] == '+';
            double product = Product(text, letters, ref at);
            sum += adds ? product : -product;
        }
        return sum;
    }

    static double Product(string text, IReadOnlyDictionary<string, long> letters, ref int at)
    {
        double product = Factor(text, letters, ref at);
        while (Next(text, ref at) is var c && (c == '(' || char.IsAsciiLetterOrDigit(c)))
            product *= Factor(text, letters, ref at);
        return product;
    }

    static double Factor(string text, IReadOnlyDictionary<string, long> letters, ref int at)
    {
        char first = Next(text, ref at);
        double value;
        if (first == '(')
        {
            at++;
            value = Sum(text, letters, ref at);
            if (Next(text, ref at) != ')') throw Unexpected(text, at);
            at++;
        }
        else if (char.IsAsciiLetterOrDigit(first))
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.')) at++;
            string word = text[start..at];
            value = char.IsAsciiDigit(first) ? double.Parse(word, CultureInfo.InvariantCulture)
                : letters.TryGetValue(word, out long number) ? number
                : throw new FormatException($"{text}: {word} has no number");
        }
        else throw Unexpected(text, at);
        if (at < text.Length && text[at] == '²')
        {
            at++;
            value *= value;
        }
        return value;
    }

    static char Next(string text, ref int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        return at < text.Length ? text[at] : '\0';
    }

    static FormatException Unexpected(string text, int at) => new(
        at < text.Length ? $"{text}: {text[at]} was not expected" : $"{text}: something is missing at its end");
}
