using CrossLingual.Metrics;
using CrossLingual.Runs;

namespace CrossLingual.Methods;

/// <summary>One question as it was asked, and whether the models of a name answered it.</summary>
/// <param name="Id">The question, the same at every level.</param>
/// <param name="Task">Its task.</param>
/// <param name="SIndex">The instruction's S-index.</param>
/// <param name="Exact">Share of the name's models that answered exactly.</param>
public sealed record SwitchedAnswer(string Id, string Task, double SIndex, double Exact);

/// <summary>A name's answers at one level.</summary>
/// <param name="Name">What the models are called.</param>
/// <param name="Level">The S-index aimed at; 0 is the first language unmixed; null is the other language unmixed.</param>
/// <param name="Answers">The answers.</param>
public sealed record SwitchedCell(string Name, double? Level, IReadOnlyList<SwitchedAnswer> Answers)
{
    /// <summary>Mean S-index of what was asked.</summary>
    public double SIndex => Answers.Average(a => a.SIndex);

    /// <summary>Exact answers, of one task or all, with the bootstrap's interval over questions.</summary>
    public Score Exact(string task = "") => Score.Mean([.. Answers.Where(a => task.Length == 0 || a.Task == task).Select(a => a.Exact)], Seed.For("switching", Name, Level ?? -1, task));
}

/// <summary>Mixed instructions against the same ones unmixed.</summary>
/// <param name="Name">What the models are called.</param>
/// <param name="Level">The S-index aimed at.</param>
/// <param name="Result">Mixed minus unmixed in the first language, paired over questions.</param>
/// <param name="Holm">p, corrected over all comparisons of the run.</param>
public sealed record SwitchingComparison(string Name, double Level, Comparison Result, double Holm);

/// <summary>What the experiment found.</summary>
/// <param name="Language">The first language.</param>
/// <param name="Other">The other one.</param>
/// <param name="Cells">Every name at every level.</param>
public sealed record SwitchingOutcome(string Language, string Other, IReadOnlyList<SwitchedCell> Cells)
{
    /// <summary>The names, in the order given.</summary>
    public IReadOnlyList<string> Names => [.. Cells.Select(c => c.Name).Distinct()];

    /// <summary>The mixed levels.</summary>
    public IReadOnlyList<double> Levels => [.. Cells.Select(c => c.Level).OfType<double>().Where(l => l > 0).Distinct()];

    /// <summary>A name's answers at a level.</summary>
    public SwitchedCell Of(string name, double? level) => Cells.First(c => c.Name == name && c.Level == level);

    /// <summary>A name's exact answers by what the instructions measure, all levels together; bins without instructions are left out.</summary>
    public IReadOnlyDictionary<string, Score> Bins(string name) => Cells.Where(c => c.Name == name && c.Level is not null).SelectMany(c => c.Answers)
        .GroupBy(a => SIndexBins.Of(a.SIndex)).OrderBy(g => g.Key)
        .ToDictionary(g => SIndexBins.Names[g.Key], g => Score.Mean([.. g.Select(a => a.Exact)], Seed.For("switching bin", name, g.Key)));

    /// <summary>Every name at every mixed level against itself without mixing.</summary>
    public IReadOnlyList<SwitchingComparison> Comparisons()
    {
        var all = (from name in Names from level in Levels select (Name: name, Level: level, Result: PairedTest.Compare(Marks(name, 0), Marks(name, level), Seed.For("switching", name, level)))).ToList();
        return [.. all.Zip(HolmCorrection.Adjust([.. all.Select(c => c.Result.P)]), (c, holm) => new SwitchingComparison(c.Name, c.Level, c.Result, holm))];
    }

    private List<double> Marks(string name, double level) => [.. Of(name, level).Answers.Select(a => a.Exact)];
}
