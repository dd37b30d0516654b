using System.Globalization;
using System.Text.Json.Nodes;
using CrossLingual.Kernel.Languages;
using CrossLingual.Reporting;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;

namespace CrossLingual.Kernel;

/// <summary>A value in every form that a notebook's reader may want, by MIME type; the reader picks the richest it knows.</summary>
internal static class MimeBundle
{
    /// <summary>The forms of a value.</summary>
    public static JsonObject Of(object? value) => value switch
    {
        null => Text("null"),
        Figure figure => new JsonObject
        {
            ["application/vnd.plotly.v1+json"] = JsonNode.Parse(figure.ToPlotlyJson()),
            ["image/png"] = Convert.ToBase64String(figure.ToPng()),
            ["text/plain"] = figure.ToString(),
        },
        Table table => new JsonObject { ["text/html"] = table.ToHtml(), ["text/plain"] = table.ToText() },
        ProgressBar bar => new JsonObject { ["text/html"] = bar.ToHtml(), ["text/plain"] = bar.ToString() },
        SqlRows rows => Of(rows.ToTable()),
        string text => Text(text),
        torch.Tensor tensor => Text(tensor.ToString(TensorStringStyle.Numpy)),
        torch.nn.Module module => Text(module.ToString()!),
        IFormattable formattable => Text(formattable.ToString(null, CultureInfo.InvariantCulture)),
        bool or char or Estimate => Text(value.ToString()!),
        _ when FSharpText.IsOfFSharp(value) => Text(FSharpText.Of(value)),
        _ => new JsonObject
        {
            ["text/html"] = value.ToDisplayString("text/html"),
            ["text/plain"] = value.ToDisplayString("text/plain"),
        },
    };

    private static JsonObject Text(string text) => new() { ["text/plain"] = text };
}
