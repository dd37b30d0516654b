using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Cli;

/// <summary>Options that the tagging commands share.</summary>
internal static class TagOptions
{
    public static Option<int?> Column() => new("--tag-column") { Description = "Column of the tags; CoNLL-U: 4 (UPOS) by default, TSV: 3." };

    public static Option<string> Seen()
    {
        var sight = new Option<string>("--sight") { Description = "What a Llama's pieces see: bidirectional (the sentence) or causal (what stands before).", DefaultValueFactory = _ => "bidirectional" };
        sight.AcceptOnlyFromAmong("bidirectional", "causal");
        return sight;
    }

    /// <summary>What <see cref="Seen"/> was given.</summary>
    public static Sight Sight(string text) => Enum.Parse<Sight>(text, ignoreCase: true);

    /// <summary>The sentences of several files.</summary>
    public static List<TaggedWords> Read(IEnumerable<string> files, LanguageTags languages, int? column) => column is < 1
        ? throw new UserException("XL100", "--tag-column counts from 1.")
        : [.. files.SelectMany(f => TaggedWords.Read(f, languages, column))];
}
