namespace TripletGpu.Runner.Book.Drawing;

/// <summary>What formulas write in ASCII, and what is shown.</summary>
static class MathWords
{
    /// <summary>Signs of more than one character, the longest first.</summary>
    public static IReadOnlyList<string> Operators { get; } = ["...", "<-", "<=", ">=", "!=", "+=", "->"];

    /// <summary>Greek letters and other letters that no keyboard has.</summary>
    public static IReadOnlyDictionary<string, string> Letters { get; } = new Dictionary<string, string>
    {
        ["alpha"] = "α",
        ["beta"] = "β",
        ["gamma"] = "γ",
        ["delta"] = "δ",
        ["epsilon"] = "ε",
        ["eta"] = "η",
        ["theta"] = "θ",
        ["lambda"] = "λ",
        ["mu"] = "μ",
        ["pi"] = "π",
        ["rho"] = "ρ",
        ["sigma"] = "σ",
        ["tau"] = "τ",
        ["Delta"] = "Δ",
        ["infinity"] = "∞",
        ["partial"] = "∂",
    };

    /// <summary>Operators.</summary>
    public static IReadOnlyDictionary<string, string> Signs { get; } = new Dictionary<string, string>
    {
        ["sum"] = "∑",
        ["prod"] = "∏",
        ["int"] = "∫",
        ["in"] = "∈",
        ["*"] = "·",
        ["xx"] = "×",
        ["-"] = "−",
        ["<="] = "≤",
        [">="] = "≥",
        ["!="] = "≠",
        ["<-"] = "←",
        ["->"] = "→",
        ["+="] = "+=",
        ["..."] = "…",
    };
}
