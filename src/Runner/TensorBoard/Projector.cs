using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Embedding;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Reports;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.TensorBoard;

/// <summary>
/// The test's embeddings for TensorBoard's projector: values, classes and pictures, and the file that tells it of them.
/// </summary>
static class Projector
{
    // Of more points the projector itself takes a part for t-SNE; browsers take sprites of up to 8192 pixels.
    const int MostPoints = 10_000, MostSide = 8192;
    const string Folder = "projector";

    /// <summary>Writes the files.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="measured">The embeddings.</param>
    /// <param name="neighbours">What each is taken for; null: not known.</param>
    /// <param name="images">Their images.</param>
    public static void Write(
        RunFolder folder, EmbeddingSet measured, NearestNeighbourResult? neighbours, IImageDataset images)
    {
        Shape shape = images.ImageShape;
        Thumbnail thumbnail = new(shape[2], shape[1], shape[0]);
        int across = MostSide / Math.Max(thumbnail.Width, thumbnail.Height);
        int count = Math.Min(measured.Count, Math.Min(MostPoints, across * across));
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * measured.Count / count))];
        string root = Path.Combine(folder.TensorBoard, Folder);
        float[] values = new float[count * measured.Dimension];
        for (int i = 0; i < count; i++) measured.Row(rows[i]).CopyTo(values.AsSpan(i * measured.Dimension));
        AtomicFile.Write(
            Path.Combine(root, "tensors.tsv"),
            stream => EmbeddingFile.WriteRows(stream, values, measured.Dimension));
        AtomicFile.Write(Path.Combine(root, "metadata.tsv"), stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            writer.Write("class\ttaken for\trow\n");
            foreach (int row in rows)
                writer.Write($"{Name(images, measured.Labels[row])}\t"
                    + $"{(neighbours?.Predicted(row) is { } label ? Name(images, label) : "")}\t{row}\n");
        });
        byte[] sprite = Sprite(images, rows, thumbnail);
        AtomicFile.Write(Path.Combine(root, "sprite.png"), stream => stream.Write(sprite));
        AtomicFile.WriteText(Path.Combine(folder.TensorBoard, "projector_config.pbtxt"), $$"""
            embeddings {
              tensor_name: "test embeddings"
              tensor_path: "{{Folder}}/tensors.tsv"
              metadata_path: "{{Folder}}/metadata.tsv"
              sprite {
                image_path: "{{Folder}}/sprite.png"
                single_image_dim: {{thumbnail.Width}}
                single_image_dim: {{thumbnail.Height}}
              }
            }

            """);
    }

    /// <summary>A square of pictures, row by row, as the projector wants it; black where there are no more.</summary>
    static byte[] Sprite(IImageDataset images, int[] rows, Thumbnail thumbnail)
    {
        int side = (int)Math.Ceiling(Math.Sqrt(rows.Length)), line = thumbnail.Width * thumbnail.Channels;
        byte[] sheet = new byte[(long)side * thumbnail.Height * side * line];
        images.Read(rows.Length, i =>
        {
            float[] pixels = new float[images.ImageShape.Count];
            byte[] tile = new byte[thumbnail.Bytes];
            images.CopyImage(rows[i], pixels);
            thumbnail.Draw(pixels, tile);
            for (int y = 0; y < thumbnail.Height; y++)
                tile.AsSpan(y * line, line).CopyTo(
                    sheet.AsSpan(((i / side * thumbnail.Height + y) * side + i % side) * line));
        });
        return PngEncoder.Encode(sheet, side * thumbnail.Width, side * thumbnail.Height, thumbnail.Channels);
    }

    static string Name(IImageDataset images, int label) => EmbeddingFile.OneCell(images.ClassNames[label]);
}
