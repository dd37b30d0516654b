using System.Numerics.Tensors;

namespace CrossLingual.Merging;

/// <summary>
/// What must be known of whole tensors, or of the whole model, before a single weight can be merged: the smallest
/// magnitude that survives trimming, the majority's sign, the L1 norms of DARE, the angle of SLERP. Each is found in
/// passes over the mapped files. Sums are taken piece by piece and added in the pieces' order, counts are whole
/// numbers: the results do not depend on the threads.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="threads">Number of threads.</param>
internal sealed class MergeMeasures(MergePlan plan, int threads)
{
    private const int SampledBlock = 1024;
    private const int SampledBlocks = 256;   // at most
    private const int Few = 64;              // at least, where there are so many
    private const int Sampled = 64;          // one of so many, between them
    private const double Doubt = 0.01;
    private readonly Dictionary<(string Tensor, int Operand), float> _scales = [];
    private readonly Dictionary<(string Scope, int Operand), float> _thresholds = [];
    private readonly Dictionary<string, bool> _positive = [];
    private readonly Dictionary<string, (double, double)> _slerp = [];
    private bool _keep;

    /// <summary>Whether small changes are trimmed.</summary>
    public bool Trims => plan.Recipe.Method == MergeMethod.Ties || (plan.Recipe.Method == MergeMethod.DareTies && plan.Recipe.Dare.TrimDensity < 1);

    /// <summary>Whether signs are elected.</summary>
    public bool Elects => plan.Recipe.Method is MergeMethod.Ties or MergeMethod.DareTies;

    private bool CountsSigns => Elects && plan.Recipe.Ties.Zero == ZeroSign.Majority;

    private bool WholeModel => (plan.Recipe.Method == MergeMethod.Revert ? plan.Recipe.Revert.Scope : plan.Recipe.Ties.Scope) == TrimScope.Model;

    /// <summary>What DARE multiplies by.</summary>
    public float DareScale(TensorPlan tensor, int operand) => plan.Recipe.Dare.Rescale switch
    {
        DareRescale.InverseDensity => (float)(1 / tensor.Operands[operand].Density),
        DareRescale.L1Norm => _scales.GetValueOrDefault((tensor.Name, operand), 1),
        _ => 1,
    };

    /// <summary>Smallest magnitude that stays.</summary>
    public float Threshold(TensorPlan tensor, int operand) => _thresholds[(ScopeOf(tensor), operand)];

    /// <summary>The sign elected where changes cancel.</summary>
    public bool ZeroIsPositive(TensorPlan tensor) => plan.Recipe.Ties.Zero == ZeroSign.Positive || _positive[ScopeOf(tensor)];

    /// <summary>The factors of the two tensors.</summary>
    public (double First, double Second) SlerpFactors(TensorPlan tensor) => _slerp[tensor.Name];

    /// <summary>Finds what concerns the whole model.</summary>
    public void MeasureModel(CancellationToken cancel)
    {
        if (!WholeModel)
        {
            return;
        }

        var tensors = plan.Shards.SelectMany(s => s.Tensors).Where(Concerns).ToList();
        if (tensors.Count > 0)
        {
            tensors.ForEach(t => MeasureScales(t, cancel));
            MeasureScope("", tensors, cancel);
        }
    }

    /// <summary>Finds what concerns one tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="keep">Whether what was read stays mapped, as it is merged at once.</param>
    /// <param name="cancel">Stops between pieces.</param>
    public void MeasureTensor(TensorPlan tensor, bool keep, CancellationToken cancel)
    {
        _keep = keep;
        if (tensor.Operation == TensorOperation.Slerp)
        {
            MeasureAngle(tensor, cancel);
        }
        else if (Concerns(tensor) && !WholeModel)
        {
            MeasureScales(tensor, cancel);
            MeasureScope(tensor.Name, [tensor], cancel);
        }
        else if (tensor.Operation == TensorOperation.Tasks && !_scales.ContainsKey((tensor.Name, 0)))
        {
            MeasureScales(tensor, cancel);
        }
    }

    private string ScopeOf(TensorPlan tensor) => WholeModel ? "" : tensor.Name;

    private bool Concerns(TensorPlan tensor) => tensor.Operation == TensorOperation.Revert || (tensor.Operation == TensorOperation.Tasks && Elects);

    private void MeasureScope(string scope, IReadOnlyList<TensorPlan> tensors, CancellationToken cancel)
    {
        if (Trims || tensors[0].Operation == TensorOperation.Revert)
        {
            MeasureThresholds(scope, tensors, cancel);
        }

        if (CountsSigns && !_positive.ContainsKey(scope))
        {
            var thresholds = Enumerable.Range(0, tensors.Max(t => t.Operands.Count)).Select(i => Trims ? _thresholds[(scope, i)] : 0).ToArray();
            _positive[scope] = Count(tensors, [], _ => throw new InvalidOperationException(), thresholds, cancel).Signs > 0;
        }
    }

    // Passes over ranges of magnitudes, all operands together, until each operand's range is one number. The first pass
    // also counts the signs that the sample's thresholds would elect: numbers of few digits take few values, and then the
    // sample is mostly right and saves a pass.
    private void MeasureThresholds(string scope, IReadOnlyList<TensorPlan> tensors, CancellationToken cancel)
    {
        var count = tensors.Sum(t => t.Count);
        var operands = tensors.Max(t => t.Operands.Count);
        var ranks = Enumerable.Range(0, operands).Select(i => RankOf(tensors[0], i, count)).ToArray();
        var guesses = Guesses(tensors, ranks.Select(r => (double)r / count).ToArray());
        var ranges = guesses.Select(g => (g.Low, g.High)).ToArray();
        var found = ranks.Select(r => r <= 0 ? float.PositiveInfinity : r >= count ? 0 : float.NaN).ToArray();
        var tried = found.Select((f, i) => float.IsNaN(f) ? RankedMagnitudes.Value(guesses[i].Likely) : f).ToArray();
        var open = Enumerable.Range(0, operands).Where(i => float.IsNaN(found[i])).ToList();
        long? signs = null;
        for (var first = true; open.Count > 0; first = false)
        {
            var counted = Count(tensors, open, i => new RankedMagnitudes(ranges[i].Low, ranges[i].High, count, guesses[i].Likely), first && CountsSigns ? tried : null, cancel);
            signs ??= counted.Signs;
            foreach (var (i, ranked) in counted.Ranked)
            {
                ranges[i] = ranked.Find(ranks[i]);
                if (ranges[i].High - ranges[i].Low == 1)
                {
                    found[i] = RankedMagnitudes.Value(ranges[i].Low);
                    open.Remove(i);
                }
            }
        }

        for (var i = 0; i < operands; i++)
        {
            _thresholds[(scope, i)] = found[i];
        }

        if (signs is { } sum && found.AsSpan().SequenceEqual(tried))
        {
            _positive[scope] = sum > 0;
        }
    }

    // One pass: ranks the magnitudes of some operands, and adds up the signs elected at thresholds if there are any.
    private (Dictionary<int, RankedMagnitudes> Ranked, long Signs) Count(
        IReadOnlyList<TensorPlan> tensors,
        IReadOnlyList<int> ranked,
        Func<int, RankedMagnitudes> empty,
        float[]? thresholds,
        CancellationToken cancel)
    {
        var all = ranked.ToDictionary(i => i, empty);
        var signs = 0L;
        MergePieces.Run(plan, tensors, threads, () => new Counter(new MergeWorkspace(plan, this), ranked.ToDictionary(i => i, empty)), (state, piece, _) =>
        {
            var operands = piece.Tensor.Operands.Count;
            float[] weights = [.. piece.Tensor.Operands.Select(o => (float)o.Weight)];
            Blocks(piece, (first, n) =>
            {
                state.Workspace.LoadDropped(piece.Tensor, first, n);
                foreach (var (i, magnitudes) in state.Ranked)
                {
                    magnitudes.Add(state.Workspace.Operands[i].AsSpan(0, n));
                }

                if (thresholds is not null)
                {
                    state.Signs += Ties.SumOfSigns(state.Workspace.Operands.AsSpan(0, operands), thresholds, weights, n);
                }
            });
        }, state =>
        {
            signs += state.Signs;
            foreach (var (i, magnitudes) in state.Ranked)
            {
                all[i].Add(magnitudes);
            }
        }, cancel, _keep);
        return (all, signs);
    }

    private long RankOf(TensorPlan tensor, int operand, long count) => plan.Recipe.Method switch
    {
        MergeMethod.Revert => (long)Math.Round(count * tensor.Operands[operand].Density),
        MergeMethod.DareTies => Ties.RankOf(count, plan.Recipe.Dare.TrimDensity, plan.Recipe.Ties.Count),
        _ => Ties.RankOf(count, tensor.Operands[operand].Density, plan.Recipe.Ties.Count),
    };

    // From blocks at equal distances.
    private (uint Low, uint High, uint Likely)[] Guesses(IReadOnlyList<TensorPlan> tensors, double[] shares)
    {
        var all = tensors.Sum(t => t.Count);
        var workspace = new MergeWorkspace(plan, this);
        var samples = shares.Select(_ => new List<float>()).ToArray();
        var step = Math.Max(SampledBlock, all / Math.Clamp(all / SampledBlock / Sampled, Few, SampledBlocks));
        var (at, before) = (step / 2, 0L);
        foreach (var tensor in tensors)
        {
            for (; at < before + tensor.Count; at += step)
            {
                var first = (at - before) / MergeWorkspace.Block * MergeWorkspace.Block;
                var count = (int)Math.Min(SampledBlock, tensor.Count - first);
                workspace.LoadDropped(tensor, first, count);
                for (var i = 0; i < tensor.Operands.Count; i++)
                {
                    samples[i].AddRange(workspace.Operands[i].AsSpan(0, count));
                }
            }

            before += tensor.Count;
        }

        return [.. samples.Select((s, i) => RankedMagnitudes.Guess([.. s], shares[i], Doubt))];
    }

    private void MeasureScales(TensorPlan tensor, CancellationToken cancel)
    {
        if (plan.Recipe.Method is not (MergeMethod.DareLinear or MergeMethod.DareTies) || plan.Recipe.Dare.Rescale != DareRescale.L1Norm)
        {
            return;
        }

        var pieces = MergePieces.Of(tensor).Count();
        var sums = new (double Before, double After)[tensor.Operands.Count, pieces];
        MergePieces.Run(plan, [tensor], threads, () => new MergeWorkspace(plan, this), (workspace, piece, number) => Blocks(piece, (first, count) =>
        {
            workspace.LoadTasks(tensor, first, count);
            for (var i = 0; i < tensor.Operands.Count; i++)
            {
                var values = workspace.Operands[i].AsSpan(0, count);
                sums[i, number].Before += TensorPrimitives.SumOfMagnitudes<float>(values);
                Dare.DropAndRescale(values, first, tensor.Operands[i].Density, 1, workspace.MaskOf(tensor, i));
                sums[i, number].After += TensorPrimitives.SumOfMagnitudes<float>(values);
            }
        }), _ => { }, cancel, _keep);
        for (var i = 0; i < tensor.Operands.Count; i++)
        {
            var (before, after) = (0.0, 0.0);
            for (var p = 0; p < pieces; p++)
            {
                before += sums[i, p].Before;
                after += sums[i, p].After;
            }

            _scales[(tensor.Name, i)] = before > 0 && after > 0 ? (float)(before / after) : 1;
        }
    }

    private void MeasureAngle(TensorPlan tensor, CancellationToken cancel)
    {
        var sums = new (double Dot, double First, double Second)[MergePieces.Of(tensor).Count()];
        MergePieces.Run(plan, [tensor], threads, () => new MergeWorkspace(plan, this), (workspace, piece, number) => Blocks(piece, (first, count) =>
        {
            workspace.Load(tensor, first, count);
            var (dot, one, other) = Slerp.Products(workspace.Operands[0].AsSpan(0, count), workspace.Operands[1].AsSpan(0, count));
            sums[number] = (sums[number].Dot + dot, sums[number].First + one, sums[number].Second + other);
        }), _ => { }, cancel, _keep);
        _slerp[tensor.Name] = Slerp.Factors(sums.Sum(s => s.Dot), sums.Sum(s => s.First), sums.Sum(s => s.Second), tensor.Factor);
    }

    /// <summary>Walks over a piece in blocks.</summary>
    public static void Blocks(MergePiece piece, Action<long, int> work)
    {
        for (var done = 0; done < piece.Count; done += MergeWorkspace.Block)
        {
            work(piece.First + done, Math.Min(MergeWorkspace.Block, piece.Count - done));
        }
    }

    private sealed class Counter(MergeWorkspace workspace, Dictionary<int, RankedMagnitudes> ranked)
    {
        public MergeWorkspace Workspace => workspace;

        public Dictionary<int, RankedMagnitudes> Ranked => ranked;

        public long Signs { get; set; }
    }
}
