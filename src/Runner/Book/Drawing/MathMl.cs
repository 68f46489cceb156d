using System.Text;

namespace TripletGpu.Runner.Book.Drawing;

/// <summary>
/// Formulas as the book's files write them, as MathML, which browsers show without a script or a font of their own:
/// <c>y_i = max(0, x_i)</c>, <c>sum_(k=1)^K a_(m k) b_(k n)</c>, <c>(x - mu)/sqrt(v + epsilon)</c>. Words in quotes are
/// words; <c>cases(a, "if" x &gt; 0; b, "else")</c> is a case a line; names of Greek letters are those letters.
/// </summary>
sealed class MathMl
{
    readonly string source;
    readonly List<string> tokens = [];
    int at;

    MathMl(string formula)
    {
        source = formula;
        for (int i = 0; i < formula.Length;)
        {
            int start = i;
            char c = formula[i];
            if (c == ' ')
            {
                i++;
                continue;
            }
            if (char.IsLetter(c)) while (i < formula.Length && char.IsLetter(formula[i])) i++;
            else if (char.IsDigit(c))
                while (i < formula.Length && (char.IsDigit(formula[i])
                    || formula[i] is '.' or ',' && i + 1 < formula.Length && char.IsDigit(formula[i + 1]))) i++;
            else if (c == '"')
            {
                i = formula.IndexOf('"', i + 1);
                if (i < 0) throw Wrong("a quotation mark is not closed");
                i++;
            }
            else i += MathWords.Operators.FirstOrDefault(o => formula.AsSpan(start).StartsWith(o))?.Length ?? 1;
            tokens.Add(formula[start..i]);
        }
    }

    /// <summary>A formula as an element <c>math</c>.</summary>
    /// <exception cref="FormatException">It is not well formed.</exception>
    public static string Of(string formula)
    {
        MathMl parser = new(formula);
        string row = parser.Row("");
        if (parser.at < parser.tokens.Count) throw parser.Wrong($"'{parser.tokens[parser.at]}' closes nothing");
        return $"<math displaystyle=\"true\"><mrow>{row}</mrow></math>";
    }

    string? Next => at < tokens.Count ? tokens[at] : null;

    /// <summary>Terms side by side until one of some tokens, which is left.</summary>
    string Row(string ends)
    {
        StringBuilder row = new();
        while (Next is { } token && !(token.Length == 1 && (ends.Contains(token[0]) || token[0] is ')' or ']' or '}')))
            row.Append(Fraction());
        return row.ToString();
    }

    /// <summary>A term, or one over another.</summary>
    string Fraction()
    {
        int start = at;
        string term = Scripted();
        if (Next != "/") return term;
        at = start; // once more, without the parentheses that only group
        string above = Scripted(isGroup: true);
        at++;
        return $"<mfrac><mrow>{above}</mrow><mrow>{Scripted(isGroup: true)}</mrow></mfrac>";
    }

    string Scripted(bool isGroup = false)
    {
        string word = Next ?? throw Wrong("it ends too early");
        string atom = Atom(isGroup);
        string? below = null, above = null;
        while (Next is "_" or "^")
        {
            bool isBelow = tokens[at++] == "_";
            string script = $"<mrow>{Atom(isGroup: true)}</mrow>";
            if ((isBelow ? below : above) is not null) throw Wrong("two scripts in one place");
            if (isBelow) below = script;
            else above = script;
        }
        bool isLarge = word is "sum" or "prod" or "max" or "min" or "argmax" or "argmin";
        return (below, above) switch
        {
            (null, null) => atom,
            ({ } b, null) => isLarge ? $"<munder>{atom}{b}</munder>" : $"<msub>{atom}{b}</msub>",
            (null, { } a) => isLarge ? $"<mover>{atom}{a}</mover>" : $"<msup>{atom}{a}</msup>",
            ({ } b, { } a) => isLarge ? $"<munderover>{atom}{b}{a}</munderover>" : $"<msubsup>{atom}{b}{a}</msubsup>",
        };
    }

    string Atom(bool isGroup)
    {
        string token = Next ?? throw Wrong("it ends too early");
        at++;
        switch (token)
        {
            case "(" or "[" or "{":
                string inner = Row("");
                string close = Close();
                if (isGroup && token == "(") return inner;
                // Parentheses grow around what is tall alone: fonts would make them larger everywhere.
                bool isTall = inner.Contains("<mfrac", StringComparison.Ordinal)
                    || inner.Contains("<munder", StringComparison.Ordinal);
                string stretch = isTall ? "" : " stretchy=\"false\"";
                return $"<mrow><mo{stretch}>{token}</mo>{inner}<mo{stretch}>{close}</mo></mrow>";
            case "sqrt": return $"<msqrt>{Argument()}</msqrt>";
            case "abs": return $"<mrow><mo>|</mo>{Argument()}<mo>|</mo></mrow>";
            case "norm": return $"<mrow><mo>‖</mo>{Argument()}<mo>‖</mo></mrow>";
            case "floor": return $"<mrow><mo>⌊</mo>{Argument()}<mo>⌋</mo></mrow>";
            case "hat": return $"<mover accent=\"true\"><mrow>{Argument()}</mrow><mo>^</mo></mover>";
            case "bar": return $"<mover accent=\"true\"><mrow>{Argument()}</mrow><mo>¯</mo></mover>";
            case "cases": return Cases();
        }
        if (token[0] == '"') return $"<mtext>&nbsp;{Escape(token.Trim('"'))}&nbsp;</mtext>";
        if (char.IsDigit(token[0])) return $"<mn>{token}</mn>";
        if (MathWords.Letters.TryGetValue(token, out string? letter)) return $"<mi>{letter}</mi>";
        if (MathWords.Signs.TryGetValue(token, out string? sign)) return $"<mo>{sign}</mo>";
        if (char.IsLetter(token[0]))
            return token.Length == 1 ? $"<mi>{token}</mi>" : $"<mi mathvariant=\"normal\">{token}</mi>";
        return $"<mo>{Escape(token)}</mo>";
    }

    string Argument()
    {
        if (Next != "(") throw Wrong($"'{tokens[at - 1]}' is followed by a parenthesis");
        return Atom(isGroup: true);
    }

    string Cases()
    {
        if (Next != "(") throw Wrong("'cases' is followed by a parenthesis");
        StringBuilder table = new();
        do
        {
            at++;
            table.Append("<mtr>");
            do
            {
                if (Next == ",") at++;
                table.Append("<mtd><mrow>").Append(Row(",;")).Append("</mrow></mtd>");
            }
            while (Next == ",");
            table.Append("</mtr>");
        }
        while (Next == ";");
        Close();
        return $"<mrow><mo>{{</mo><mtable columnalign=\"left\">{table}</mtable></mrow>";
    }

    string Close() => Next is ")" or "]" or "}" ? tokens[at++] : throw Wrong("a parenthesis is not closed");

    FormatException Wrong(string what) => new($"the formula {source}: {what}");

    static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);
}
