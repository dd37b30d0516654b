namespace CrossLingual.Metrics;

/// <summary>Sums over sentences from which a corpus's measures are computed; sums of sums are sums of all their sentences.</summary>
internal sealed class CodeSwitchTotals
{
    // Longer spans share the last place of the distribution of lengths.
    private const int LongestSpan = 255;
    private double[] _languages = [];
    private double[] _spanLengths = [];

    public double Sentences { get; private set; }

    public double Mixed { get; private set; }

    public double SIndex { get; private set; }

    public double MixedSIndex { get; private set; }

    public double Cmi2014 { get; private set; }

    public double Cmi2016 { get; private set; }

    /// <summary>Sum of the corpus formula: 1 - (max - P)/N + δ over sentences that mix.</summary>
    public double CorpusCmi { get; private set; }

    public double Switches { get; private set; }

    public double Chances { get; private set; }

    public double Spans { get; private set; }

    public double SpanSum { get; private set; }

    public double SpanSquares { get; private set; }

    public double Pairs { get; private set; }

    public double First { get; private set; }

    public double Second { get; private set; }

    public double FirstSquares { get; private set; }

    public double SecondSquares { get; private set; }

    public double Products { get; private set; }

    /// <summary>Tokens of each language.</summary>
    public ReadOnlySpan<double> Languages => _languages;

    /// <summary>Spans of each length.</summary>
    public ReadOnlySpan<double> SpanLengths => _spanLengths;

    /// <summary>Adds a sentence that has tokens of a language.</summary>
    public void Add(SwitchProfile profile, double sIndex, double cmi2014, double cmi2016, bool matrixChanged)
    {
        var mixed = profile.Switches > 0;
        Sentences++;
        SIndex += sIndex;
        Cmi2014 += cmi2014;
        Cmi2016 += cmi2016;
        if (mixed)
        {
            Mixed++;
            MixedSIndex += sIndex;
            CorpusCmi += 1 - ((double)(profile.Matrix - profile.Switches) / profile.N) + (matrixChanged ? 1 : 0);
        }

        Switches += profile.Switches;
        Chances += profile.N - 1;
        AddAll(ref _languages, profile.Counts);
        var before = 0;
        foreach (double length in profile.Spans)
        {
            Spans++;
            SpanSum += length;
            SpanSquares += length * length;
            Grow(ref _spanLengths, (int)Math.Min(length, LongestSpan) + 1);
            _spanLengths[(int)Math.Min(length, LongestSpan)]++;
            if (before > 0)
            {
                Pairs++;
                First += before;
                Second += length;
                FirstSquares += (double)before * before;
                SecondSquares += length * length;
                Products += before * length;
            }

            before = (int)length;
        }
    }

    /// <summary>Adds other sums.</summary>
    public void Add(CodeSwitchTotals other)
    {
        Sentences += other.Sentences;
        Mixed += other.Mixed;
        SIndex += other.SIndex;
        MixedSIndex += other.MixedSIndex;
        Cmi2014 += other.Cmi2014;
        Cmi2016 += other.Cmi2016;
        CorpusCmi += other.CorpusCmi;
        Switches += other.Switches;
        Chances += other.Chances;
        Spans += other.Spans;
        SpanSum += other.SpanSum;
        SpanSquares += other.SpanSquares;
        Pairs += other.Pairs;
        First += other.First;
        Second += other.Second;
        FirstSquares += other.FirstSquares;
        SecondSquares += other.SecondSquares;
        Products += other.Products;
        AddAll(ref _languages, other.Languages);
        AddAll(ref _spanLengths, other.SpanLengths);
    }

    private static void AddAll<T>(ref double[] into, ReadOnlySpan<T> values)
        where T : struct, System.Numerics.INumber<T>
    {
        Grow(ref into, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            into[i] += double.CreateTruncating(values[i]);
        }
    }

    private static void Grow(ref double[] values, int length)
    {
        if (values.Length < length)
        {
            Array.Resize(ref values, length);
        }
    }
}
