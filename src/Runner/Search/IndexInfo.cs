using System.Globalization;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Search;

/// <summary>What an index holds, as people and as programs read it.</summary>
static class IndexInfo
{
    /// <summary>Shows it as a result.</summary>
    public static void Show(Terminal terminal, IndexFile index, string path, bool json)
    {
        IndexHeader header = index.Header;
        long bytes = new FileInfo(path).Length;
        int unlabelled = index.Labels.Count(label => label < 0);
        if (json)
        {
            Json.Write(terminal, new
            {
                index = path,
                n = header.Rows,
                dimension = header.Dimension,
                storage = IndexHeader.NameOf(header.Storage),
                classes = header.Classes,
                withoutClass = unlabelled,
                hasNames = header.NameBytes is not null,
                thumbnails = header.Thumbnails is { } t ? (int[])[t.Width, t.Height, t.Channels] : null,
                bytes,
                model = header.Model is { } m ? new { hash = m.Hash, run = m.Run, weights = m.Weights } : null,
            });
            return;
        }
        terminal.WriteLine(
            $"{path}: {Counted.Of(header.Rows, "embedding")} of {header.Dimension} as"
            + $" {IndexHeader.NameOf(header.Storage)}, {Counted.Of(header.Classes, "class")}"
            + (unlabelled > 0 ? $" ({Counted.Of(unlabelled, "row")} without)" : "")
            + $", {(header.Thumbnails is null ? "no pictures" : "with pictures")}, {Counted.Of(bytes, "byte")}");
        terminal.WriteLine(header.Model is { } model
            ? $"of the {model.Weights} weights of {model.Run} ({model.Hash[..12]})"
            : "of embeddings whose network is not known");
    }
}
