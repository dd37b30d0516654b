using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Languages;

/// <summary>A language whose code is not run here but shown: the reader's program draws it.</summary>
internal sealed class ShownLanguage : ICellLanguage
{
    private readonly Func<string, JsonObject> forms;
    private readonly Action<JsonObject> show;

    private ShownLanguage(string name, Func<string, JsonObject> forms, Action<JsonObject> show) => (Name, this.forms, this.show) = (name, forms, show);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CellVariable> Variables => [];

    /// <summary>The languages that are shown.</summary>
    /// <param name="show">Shows a value in its forms.</param>
    public static IEnumerable<ShownLanguage> All(Action<JsonObject> show) =>
    [
        new(CellLanguages.Html, code => new JsonObject { ["text/html"] = code, ["text/plain"] = code }, show),
        new(CellLanguages.JavaScript, code => new JsonObject { ["text/html"] = $"<script type=\"text/javascript\">{code}</script>", ["text/plain"] = code }, show),

        // Drawing it here would take a script from another host; JupyterLab draws this type itself.
        new(CellLanguages.Mermaid, code => new JsonObject { ["text/vnd.mermaid"] = code, ["text/plain"] = code }, show),
        new(CellLanguages.Markdown, code => new JsonObject { ["text/markdown"] = code, ["text/plain"] = code }, show),
    ];

    /// <inheritdoc/>
    public Task<CellEnd> RunAsync(CellPart part, string name, CancellationToken cancel)
    {
        show(forms(part.Text.Trim('\n')));
        return Task.FromResult(new CellEnd(null, null));
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out object? value)
    {
        value = null;
        return false;
    }

    /// <inheritdoc/>
    public Task SetAsync(string name, object? value, CancellationToken cancel) =>
        throw new UserException("XL743", $"{Name} has no variables, so '{name}' cannot be shared with it. Share with csharp, fsharp or sql.");
}
