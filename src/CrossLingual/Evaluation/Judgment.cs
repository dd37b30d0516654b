using CrossLingual.Metrics;

namespace CrossLingual.Evaluation;

/// <summary>One reply of a judge and what it says.</summary>
public sealed record Judgment
{
    /// <summary>The question.</summary>
    public required string Question { get; init; }

    /// <summary>Its category; empty when it has none.</summary>
    public string Category { get; init; } = "";

    /// <summary>The turn, from 1.</summary>
    public required int Turn { get; init; }

    /// <summary>The model judged, or the first of two.</summary>
    public required string First { get; init; }

    /// <summary>The second of two; null where one is judged.</summary>
    public string? Second { get; init; }

    /// <summary>Whether the second model's answer stood first.</summary>
    public bool Swapped { get; init; }

    /// <summary>The rating; null where there is none.</summary>
    public double? Rating { get; init; }

    /// <summary>The winner, by the models' own order; null where there is none.</summary>
    public Vote? Vote { get; init; }

    /// <summary>Whether the mark was not written as asked.</summary>
    public bool Repaired { get; init; }

    /// <summary>Characters of the first model's answer.</summary>
    public int FirstLength { get; init; }

    /// <summary>Characters of the second model's answer.</summary>
    public int SecondLength { get; init; }

    /// <summary>What the judge wrote; empty where it gave no reply.</summary>
    public string Reply { get; init; } = "";

    /// <summary>Why there is no reply; null where there is one.</summary>
    public string? Failure { get; init; }
}

/// <summary>A model's ratings.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rating">Mean over all turns, 1 to 10; replies without a mark are left out and counted; interval over questions.</param>
/// <param name="Turns">Mean of each turn.</param>
/// <param name="Categories">Mean of each category.</param>
/// <param name="Verbosity">Spearman's correlation of an answer's length and its rating.</param>
public sealed record JudgedScore(string Model, Score Rating, IReadOnlyList<Score> Turns, IReadOnlyDictionary<string, Score> Categories, double Verbosity);

/// <summary>Two models against each other, both orders.</summary>
/// <param name="First">The first model.</param>
/// <param name="Second">The second model.</param>
/// <param name="Wins">Pairs that the first wins in both orders.</param>
/// <param name="Losses">Pairs that the second wins in both orders.</param>
/// <param name="Ties">All others with two marks.</param>
/// <param name="WinRate">The first's <c>(wins + ½ ties) / all</c>, percent, interval over questions.</param>
/// <param name="Bias">What the verdicts say about the judge.</param>
public sealed record JudgedPair(string First, string Second, int Wins, int Losses, int Ties, Score WinRate, JudgeBias Bias);

/// <summary>The judge against other votes.</summary>
/// <param name="Votes">Their file.</param>
/// <param name="Agreement">How far they agree.</param>
public sealed record JudgedAgreement(string Votes, Agreement Agreement);

/// <summary>What a judge found.</summary>
public sealed record JudgeResult
{
    /// <summary>Ratings; empty for pairs.</summary>
    public IReadOnlyList<JudgedScore> Scores { get; init; } = [];

    /// <summary>Pairs; empty for ratings.</summary>
    public IReadOnlyList<JudgedPair> Pairs { get; init; } = [];

    /// <summary>Agreement with other votes.</summary>
    public IReadOnlyList<JudgedAgreement> Agreements { get; init; } = [];

    /// <summary>Judgements asked for.</summary>
    public int Asked { get; init; }

    /// <summary>Replies without a mark.</summary>
    public int Unmarked { get; init; }

    /// <summary>Marks that were not written as asked.</summary>
    public int Repaired { get; init; }

    /// <summary>Judgements without a reply, after all tries; the same command asks them again, and only them.</summary>
    public int Failed { get; init; }

    /// <summary>Judgements that the budget did not reach.</summary>
    public int Unreached { get; init; }

    /// <summary>Questions that a model has no answer to, or not in every turn.</summary>
    public int Unanswered { get; init; }

    /// <summary>What was spent.</summary>
    public required JudgeSpending Spending { get; init; }
}
