namespace CrossLingual.Metrics;

/// <summary>What every measure asks of its items before it computes: finite numbers, named where they are not.</summary>
internal static class Numbers
{
    /// <summary>Refuses items that are not numbers; averaging would hide them, leaving them out would change n.</summary>
    /// <exception cref="UserException">XL610.</exception>
    public static void Check(IReadOnlyList<double> values, string name)
    {
        var wrong = 0;
        var first = -1;
        for (var i = 0; i < values.Count; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                wrong++;
                first = first < 0 ? i : first;
            }
        }

        if (wrong > 0)
        {
            throw new UserException("XL610", FormattableString.Invariant(
                $"'{name}' has {wrong} of {values.Count} items that are not finite numbers; the first is item {first + 1}, {values[first]}. Score such items as failures, or report them apart."));
        }
    }

    /// <summary>Refuses lists that cannot be pairs.</summary>
    /// <exception cref="UserException">XL611.</exception>
    public static void CheckPairs(int first, int second)
    {
        if (first != second || first == 0)
        {
            throw new UserException("XL611", FormattableString.Invariant(
                $"A paired test needs the same items on both sides; found {first} and {second}. Score both systems on the same items, in the same order."));
        }
    }
}
