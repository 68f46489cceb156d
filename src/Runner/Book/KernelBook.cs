using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Models;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Book.Steps;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book;

/// <summary>
/// Writes the kernel book: static pages that need no network, one for each kernel and operation, with an index. What is
/// in them comes from the program's own source, embedded when it was built.
/// </summary>
static class KernelBook
{
    const string Marker = "book.css";

    /// <summary>Writes all pages; returns how many.</summary>
    /// <param name="folder">Made if it is not there; what an earlier book left there is replaced.</param>
    /// <param name="bench">Measured points, or none.</param>
    /// <exception cref="UserErrorException">The folder holds something else, or cannot be written.</exception>
    public static int Write(string folder, BenchPoints bench)
    {
        if (File.Exists(folder)) throw new UserErrorException($"--out {folder}: there is a file of that name");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()
            && !File.Exists(Path.Combine(folder, Marker)))
            throw new UserErrorException(
                $"--out {folder}: the folder is not empty and holds no kernel book; name another");
        BookContext book = new(bench);
        try
        {
            foreach (string part in (string[])["kernels", "ops"])
            {
                string path = Path.Combine(folder, part);
                if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
                Directory.CreateDirectory(path);
            }
            return WritePages(folder, book);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out {folder}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    static int WritePages(string folder, BookContext book)
    {
        int pages = 0;
        void Page(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
            pages++;
        }

        File.WriteAllText(Path.Combine(folder, Marker), BookPage.Style);
        File.WriteAllText(Path.Combine(folder, "book.js"), BookPage.Script);
        using (Stream? symbols = SourceFiles.KernelSymbols())
        {
            using PtxListing? compiler = symbols is null ? null : new(symbols);
            KernelPage page = new(book, compiler);
            foreach (KernelChapter chapter in book.Kernels)
                foreach (KernelSource kernel in chapter.Forms)
                    Page($"kernels/{PageName.OfKernel(kernel.Name)}", page.Render(chapter, kernel));
        }
        OperationPage operations = new(book);
        foreach (OperationChapter chapter in book.Operations)
            Page($"ops/{PageName.OfOperation(chapter.Name)}", operations.Render(chapter));
        Page("prelude.html", PreludePage.Render());
        Page("step.html", StepPage.Render());
        Page("index.html", new IndexPage(book).Render());
        return pages;
    }
}
