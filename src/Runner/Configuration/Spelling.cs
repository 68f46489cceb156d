namespace TripletGpu.Runner.Configuration;

/// <summary>Guesses what a misspelt word was meant to be.</summary>
public static class Spelling
{
    /// <summary>The candidate with the fewest edits, if they are fewer than half of the letters; else null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int least = Math.Max(3, word.Length / 2 + 1);
        foreach (string candidate in candidates)
        {
            int edits = Edits(word, candidate);
            if (edits < least) (nearest, least) = (candidate, edits);
        }
        return nearest;
    }

    /// <summary>The Levenshtein distance, blind to case.</summary>
    static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }
}
