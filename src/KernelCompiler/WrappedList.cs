using System.Text;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Lists in the device text, which people read: on one line where they fit, else from the next one on.
/// </summary>
static class WrappedList
{
    const int Columns = 120;

    /// <summary>Head, items with commas, tail; lines after the first begin with the indent.</summary>
    public static string Write(string head, IEnumerable<string> items, string tail, string indent = "    ")
    {
        string[] all = items.ToArray();
        string whole = head + string.Join(", ", all) + tail;
        if (indent.Length + whole.Length <= Columns) return whole;
        var text = new StringBuilder(head.TrimEnd());
        int column = Columns;
        for (int i = 0; i < all.Length; i++)
        {
            string item = all[i] + (i < all.Length - 1 ? "," : tail);
            if (column + 1 + item.Length > Columns)
            {
                text.Append('\n').Append(indent);
                column = indent.Length;
            }
            else
            {
                text.Append(' ');
                column++;
            }
            text.Append(item);
            column += item.Length;
        }
        return text.ToString();
    }
}
