using System.Globalization;
using System.Security.Cryptography;
using TripletGpu.Models;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// The checkpoints of a run, <c>checkpoints/step-n</c>. A folder of that name is always whole: it is written beside,
/// flushed and renamed, and renamed away before it is deleted. What a killed process leaves behind ends in
/// <c>.part</c>, and <see cref="Tidy"/> removes it.
/// </summary>
/// <param name="folder">The folder that holds the checkpoints; made when the first is written.</param>
/// <param name="keep">How many are kept, the newest.</param>
sealed class CheckpointStore(string folder, int keep)
{
    const string Prefix = "step-", Unfinished = ".part";

    /// <summary>Writes a checkpoint and removes those that are no longer kept.</summary>
    /// <param name="step">After how many steps it is taken.</param>
    /// <param name="files">The names of its files and what writes them.</param>
    /// <exception cref="UserErrorException">
    /// The disk is full, or the folder cannot be written; nothing is left behind.
    /// </exception>
    public void Save(long step, params ReadOnlySpan<(string Name, Action<Stream> Write)> files)
    {
        string final = FolderOf(step), beside = final + Unfinished;
        Remove(beside);
        try
        {
            Directory.CreateDirectory(beside);
            List<CheckpointManifest.Entry> entries = [];
            foreach ((string name, Action<Stream> write) in files) entries.Add(WriteFile(beside, name, write));
            CheckpointManifest manifest = new(CheckpointManifest.CurrentFormat, step, entries);
            WriteFile(beside, CheckpointManifest.FileName, stream => stream.Write(manifest.ToJson()));
            DurableFolder.Flush(beside);
            if (Directory.Exists(final)) Remove(final);
            Directory.Move(beside, final);
            DurableFolder.Flush(folder);
        }
        catch (Exception exception)
        {
            Remove(beside);
            if (exception is IOException or UnauthorizedAccessException)
                throw new UserErrorException($"cannot save a checkpoint in {folder}: {exception.Message}", exception);
            throw;
        }
        foreach ((_, string old) in All().Skip(keep)) Remove(old);
    }

    /// <summary>
    /// The newest checkpoint that is whole, or null; <paramref name="warn"/> hears of those that are not.
    /// </summary>
    public Checkpoint? FindNewest(Action<string> warn)
    {
        foreach ((long step, string path) in All())
        {
            CheckpointManifest? manifest = CheckpointManifest.Verify(path, out string? fault);
            if (manifest?.Step == step) return new Checkpoint(step, path);
            warn($"skipping the checkpoint {path}: {fault ?? $"its manifest is of step {manifest?.Step}"}");
        }
        return null;
    }

    /// <summary>Removes what a killed process left half-written or half-deleted.</summary>
    public void Tidy()
    {
        if (!Directory.Exists(folder)) return;
        foreach (string path in Directory.GetDirectories(folder, $"{Prefix}*{Unfinished}"))
            Directory.Delete(path, recursive: true);
    }

    string FolderOf(long step) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}"));

    /// <summary>Newest first.</summary>
    List<(long Step, string Path)> All()
    {
        List<(long Step, string Path)> found = [];
        if (!Directory.Exists(folder)) return found;
        foreach (string path in Directory.GetDirectories(folder, $"{Prefix}*"))
            if (long.TryParse(
                Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                out long step))
                found.Add((step, path));
        found.Sort((a, b) => b.Step.CompareTo(a.Step));
        return found;
    }

    static CheckpointManifest.Entry WriteFile(string folder, string name, Action<Stream> write)
    {
        using FileStream file = new(
            Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using SHA256 hash = SHA256.Create();
        using (CryptoStream hashed = new(file, hash, CryptoStreamMode.Write, leaveOpen: true)) write(hashed);
        file.Flush(flushToDisk: true);
        return new(name, file.Length, Convert.ToHexStringLower(hash.Hash!));
    }

    /// <summary>Deletes a folder so that nobody sees it half-deleted under its own name.</summary>
    static void Remove(string path)
    {
        if (!Directory.Exists(path)) return;
        string away = path.EndsWith(Unfinished, StringComparison.Ordinal) ? path : $"{path}.old{Unfinished}";
        if (away != path)
        {
            if (Directory.Exists(away)) Directory.Delete(away, recursive: true);
            Directory.Move(path, away);
        }
        Directory.Delete(away, recursive: true);
    }
}
