using System.CommandLine;
using CrossLingual.Kernel;
using CrossLingual.Kernel.Export;
using CrossLingual.Runs;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling notebook export FILE --to html|md</c>.</summary>
internal static class NotebookExportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The notebook, with its outputs." };
        var to = new Option<string>("--to") { Description = "html: one page that needs no other host; md: Markdown, its pictures in a folder beside it.", Required = true, HelpName = "html|md" };
        to.AcceptOnlyFromAmong("html", "md");
        var output = new Option<string?>("--out", "-o") { Description = "The file; by default beside the notebook.", HelpName = "OUT" };
        var json = Options.Json();
        var export = new Command("export", "Write a notebook as a page to read. Nothing is run.") { file, to, output, json };
        export.SetAction((result, _) =>
        {
            var path = result.GetValue(file)!;
            var target = Path.GetFullPath(result.GetValue(output) ?? Path.ChangeExtension(path, result.GetValue(to)));
            var pictures = Write(path, result.GetValue(to)!, target);
            new Screen(result.GetValue(json)).Result(
                new { file = target, pictures },
                console => console.WriteLine($"{Path.GetRelativePath(Environment.CurrentDirectory, target)}{(pictures is null ? "" : $", pictures in {Path.GetFileName(pictures)}")}"));
            return Task.FromResult(0);
        });
        return export;
    }

    // Gives the folder of the pictures; null where there is none.
    private static string? Write(string path, string to, string target)
    {
        var notebook = Notebook.Read(path);
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileNameWithoutExtension(target));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (to == "html")
        {
            AtomicFile.WriteText(target, NotebookHtml.Write(notebook, Path.GetFileNameWithoutExtension(path), folder));
            return null;
        }

        var markdown = NotebookMarkdown.Write(notebook, folder, $"{name}_files");
        var pictures = Path.Combine(Path.GetDirectoryName(target)!, $"{name}_files");
        if (markdown.Pictures.Count > 0)
        {
            AtomicFile.WriteFolder(pictures, to => markdown.Pictures.ToList().ForEach(p => File.WriteAllBytes(Path.Combine(to, p.Key), p.Value)));
        }

        AtomicFile.WriteText(target, markdown.Text);
        return markdown.Pictures.Count > 0 ? pictures : null;
    }
}
