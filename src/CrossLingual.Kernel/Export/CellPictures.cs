using System.Text.Json.Nodes;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CrossLingual.Kernel.Export;

/// <summary>The pictures that Markdown cells name: files beside the notebook, and those that a cell carries itself.</summary>
/// <param name="folder">The notebook's folder.</param>
internal sealed class CellPictures(string folder)
{
    /// <summary>How notebooks' Markdown is read; formulas stay as TeX.</summary>
    public static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAdvancedExtensions().UsePreciseSourceLocation().Build();

    /// <summary>The Markdown of a cell, read.</summary>
    public static MarkdownDocument Parse(NotebookCell cell) => Markdown.Parse(cell.Source, Pipeline);

    /// <summary>Gives every picture of a document another address.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="document">Its document; the addresses change.</param>
    /// <param name="address">The new address, from the MIME type, the bytes and the file's name.</param>
    /// <returns>Where the addresses stood in the source, with the new ones, from the top.</returns>
    public IReadOnlyList<(SourceSpan Span, string Address)> Move(NotebookCell cell, MarkdownDocument document, Func<string, byte[], string, string> address)
    {
        var moved = new List<(SourceSpan Span, string Address)>();
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage))
        {
            if (Find(cell, link.Url ?? "") is var (type, bytes, name))
            {
                link.Url = address(type, bytes, name);
                moved.Add((link.UrlSpan, link.Url));
            }
        }

        return moved;
    }

    private (string Type, byte[] Bytes, string Name)? Find(NotebookCell cell, string url)
    {
        const string Attached = "attachment:";
        if (url.StartsWith(Attached, StringComparison.Ordinal))
        {
            var name = Uri.UnescapeDataString(url[Attached.Length..]);
            return (cell.Json["attachments"]?[name] as JsonObject)?.FirstOrDefault() is { Value: { } data } form
                ? (form.Key, Convert.FromBase64String(NotebookCell.TextOf(data)), name) : null;
        }

        if (url.Length == 0 || Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            return null;
        }

        var path = Path.GetFullPath(Uri.UnescapeDataString(url), folder);
        string? type = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => "image/png",
            ".JPG" or ".JPEG" => "image/jpeg",
            ".GIF" => "image/gif",
            ".SVG" => "image/svg+xml",
            ".WEBP" => "image/webp",
            _ => null,
        };
        return type is not null && File.Exists(path) ? (type, File.ReadAllBytes(path), Path.GetFileName(path)) : null;
    }
}
