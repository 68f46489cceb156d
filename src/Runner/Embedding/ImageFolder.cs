using TripletGpu.Runner.Data;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Embedding;

/// <summary>The PNG and JPEG files under a folder, in the order of their paths.</summary>
static class ImageFolder
{
    /// <summary>Finds the images; each is decoded when it is embedded, and made to fit the shape.</summary>
    /// <param name="folder">Searched with its folders.</param>
    /// <param name="shape">(C, H, W), C is 1 for grey or 3 for colours.</param>
    /// <exception cref="UserErrorException">There is no image.</exception>
    public static EmbeddingInput Open(string folder, Shape shape)
    {
        string[] paths = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(ImageFile.IsImage).Order(StringComparer.Ordinal)];
        if (paths.Length == 0) throw new UserErrorException($"{folder} holds no PNG or JPEG image");
        int[] all = [.. Enumerable.Range(0, paths.Length)];
        return new EmbeddingInput(
            new FolderDataset(
                folder, new ImageFiles(paths, shape, mostCachedBytes: 0), all, new int[all.Length], ["?"]),
            [.. paths.Select(path => Path.GetRelativePath(folder, path))]);
    }
}
