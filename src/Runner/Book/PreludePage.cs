using System.Text;
using TripletGpu.Kernels;
using TripletGpu.Runner.Book.Code;

namespace TripletGpu.Runner.Book;

/// <summary>The preludes of OpenCL C and CUDA C, which give the names in generated text their meaning.</summary>
static class PreludePage
{
    /// <summary>The page as HTML.</summary>
    public static string Render()
    {
        KernelSource any = KernelCatalog.All[0];
        StringBuilder body = new("<h1>The preludes</h1>\n<p class=\"lead\">The kernel compiler writes one text for both"
            + " targets, in names that stand for neither. What comes in front of it says what they mean.</p>\n");
        foreach ((string name, string program) in new[] { ("OpenCL C 1.2", any.OpenCl), ("CUDA C", any.Cuda) })
        {
            string prelude = program[..program.IndexOf(any.Body, StringComparison.Ordinal)].TrimEnd();
            IEnumerable<string> lines = prelude.Split('\n').Select(CodeHtml.Line);
            body.Append(BookPage.Section(name, $"<figure class=code><pre>{string.Join('\n', lines)}</pre></figure>"));
        }
        return BookPage.Wrap("The preludes", "", "", body.ToString());
    }
}
