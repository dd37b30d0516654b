using System.Globalization;

namespace CrossLingual.Reporting;

/// <summary>Check cells of a notebook's exercises: they say whether an answer is right, and fail nothing while there is none.</summary>
public static class Exercise
{
    /// <summary>Checks a number.</summary>
    /// <param name="answer">The reader's answer; null until it is given.</param>
    /// <param name="expected">The right one.</param>
    /// <param name="hint">What helps when it is wrong.</param>
    /// <param name="tolerance">Largest distance that counts as right.</param>
    /// <returns>The verdict in words.</returns>
    public static string Check(double? answer, double expected, string hint, double tolerance = 1e-3) => answer switch
    {
        null => "Not answered yet: put your answer into the cell above and run both again.",
        { } given when Math.Abs(given - expected) <= tolerance => "Right.",
        { } given => string.Create(CultureInfo.InvariantCulture, $"{given:0.####} is not it. Hint: {hint}"),
    };

    /// <summary>Checks a choice among words.</summary>
    /// <param name="answer">The reader's answer; null until it is given.</param>
    /// <param name="expected">The right one.</param>
    /// <param name="hint">What helps when it is wrong.</param>
    /// <returns>The verdict in words.</returns>
    public static string Check(string? answer, string expected, string hint) =>
        answer is null ? "Not answered yet: put your answer into the cell above and run both again."
        : string.Equals(answer.Trim(), expected, StringComparison.OrdinalIgnoreCase) ? "Right."
        : $"'{answer}' is not it. Hint: {hint}";
}
