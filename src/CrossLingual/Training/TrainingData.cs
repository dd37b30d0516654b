using CrossLingual.Data;
using CrossLingual.Runs;
using CrossLingual.Text;

namespace CrossLingual.Training;

/// <summary>Builds a recipe's training set: reads the sources, counts what is wrong, encodes, mixes.</summary>
internal sealed class TrainingData(TrainRecipe recipe, Tokenizer tokenizer, Lazy<Lab> lab)
{
    /// <summary>The examples and what became of each source's records.</summary>
    /// <exception cref="UserException">XL130 to XL132: unreadable files; XL140: too many bad records; XL141: nothing left of a source.</exception>
    public (List<TokenizedExample> Examples, IReadOnlyList<SourcePlan> Sources) Load(Seed seed)
    {
        var reports = recipe.Data.Select(s => new DataReport(s.Name, s.MostBad)).ToList();
        var sources = recipe.Data.Zip(reports, Encode).ToList();
        var drawn = recipe.Mixture is { } mixture
            ? Mixed(sources, Mixture.Counts([.. sources.Zip(recipe.Data, (s, d) => (s.Count * d.Repeat, d.Language))], mixture), seed)
            : [.. sources.Zip(recipe.Data, (s, d) => (IReadOnlyList<TokenizedExample>)[.. Enumerable.Repeat(s, d.Repeat).SelectMany(e => e)])];
        return ([.. drawn.SelectMany(d => d)], [.. reports.Select((r, i) => new SourcePlan(
            r.Source, r.Read, r.Used, drawn[i].Count, drawn[i].Sum(e => (long)e.Ids.Length), r.ToString()))]);
    }

    /// <summary>A source's examples, cut to the length of a row.</summary>
    public List<TokenizedExample> Encode(DataSource source, DataReport report)
    {
        var template = source.TemplateOr(recipe.Template);
        var longest = recipe.Training.Length + 1;
        var examples = source.Load(lab, report).AsParallel().AsOrdered()
            .Select(c => TokenizedExample.Encode(c, template, tokenizer, longest + 1) with { Source = source.Name }).ToList();
        for (var i = 0; i < examples.Count; i++)
        {
            if (examples[i].Ids.Length > longest)
            {
                report.Add(DataProblem.Cut, examples[i].Id);
                examples[i] = new TokenizedExample(examples[i].Id, examples[i].Ids[..longest], examples[i].Learned[..longest]) { Task = examples[i].Task, Source = source.Name };
            }
        }

        report.Check();
        return examples;
    }

    private static List<IReadOnlyList<TokenizedExample>> Mixed(List<List<TokenizedExample>> sources, int[] counts, Seed seed) =>
        [.. sources.Select((s, i) => Mixture.Take(s, e => string.Join(' ', e.Ids), counts[i], seed))];
}
