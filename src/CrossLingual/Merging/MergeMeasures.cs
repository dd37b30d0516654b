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
    private const int SampledBlocks = 256;
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

        if (Elects && plan.Recipe.Ties.Zero == ZeroSign.Majority)
        {
            var signs = 0L;
            MergePieces.Run(plan, tensors, threads, () => new Counter(new MergeWorkspace(plan, this)), (state, piece, _) => Blocks(piece, (first, count) =>
            {
                state.Workspace.LoadSparse(piece.Tensor, first, count);
                state.Sum += Ties.SumOfSigns(state.Workspace.Operands.AsSpan(0, piece.Tensor.Operands.Count), count);
            }), state => signs += state.Sum, cancel, _keep);
            _positive[scope] = signs > 0;
        }
    }

    // Passes over ranges of magnitudes, all operands together, until each operand's range is one number.
    private void MeasureThresholds(string scope, IReadOnlyList<TensorPlan> tensors, CancellationToken cancel)
    {
        var count = tensors.Sum(t => t.Count);
        var operands = tensors.Max(t => t.Operands.Count);
        var ranks = Enumerable.Range(0, operands).Select(i => RankOf(tensors[0], i, count)).ToArray();
        var ranges = Guesses(tensors, ranks.Select(r => (double)r / count).ToArray());
        var open = Enumerable.Range(0, operands).ToList();
        for (var i = operands - 1; i >= 0; i--)
        {
            if (ranks[i] <= 0 || ranks[i] >= count)
            {
                _thresholds[(scope, i)] = ranks[i] <= 0 ? float.PositiveInfinity : 0;
                open.Remove(i);
            }
        }

        while (open.Count > 0)
        {
            var counts = Empty();
            MergePieces.Run(plan, tensors, threads, () => new Ranking(new MergeWorkspace(plan, this), Empty()), (state, piece, _) => Blocks(piece, (first, n) =>
            {
                state.Workspace.LoadDropped(piece.Tensor, first, n);
                foreach (var (i, ranked) in state.Counts)
                {
                    ranked.Add(state.Workspace.Operands[i].AsSpan(0, n));
                }
            }), state => open.ForEach(i => counts[i].Add(state.Counts[i])), cancel, _keep);
            foreach (var i in open.ToList())
            {
                ranges[i] = counts[i].Find(ranks[i]);
                if (ranges[i].High - ranges[i].Low == 1)
                {
                    _thresholds[(scope, i)] = RankedMagnitudes.Value(ranges[i].Low);
                    open.Remove(i);
                }
            }
        }

        Dictionary<int, RankedMagnitudes> Empty() => open.ToDictionary(i => i, i => new RankedMagnitudes(ranges[i].Low, ranges[i].High, count));
    }

    private long RankOf(TensorPlan tensor, int operand, long count) => plan.Recipe.Method switch
    {
        MergeMethod.Revert => (long)Math.Round(count * tensor.Operands[operand].Density),
        MergeMethod.DareTies => Ties.RankOf(count, plan.Recipe.Dare.TrimDensity, plan.Recipe.Ties.Count),
        _ => Ties.RankOf(count, tensor.Operands[operand].Density, plan.Recipe.Ties.Count),
    };

    // From blocks at equal distances.
    private (uint Low, uint High)[] Guesses(IReadOnlyList<TensorPlan> tensors, double[] shares)
    {
        var all = tensors.Sum(t => t.Count);
        var workspace = new MergeWorkspace(plan, this);
        var samples = shares.Select(_ => new List<float>()).ToArray();
        var step = Math.Max(1024, all / SampledBlocks);
        var (at, before) = (step / 2, 0L);
        foreach (var tensor in tensors)
        {
            for (; at < before + tensor.Count; at += step)
            {
                var first = (at - before) / MergeWorkspace.Block * MergeWorkspace.Block;
                var count = (int)Math.Min(1024, tensor.Count - first);
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

    private sealed class Counter(MergeWorkspace workspace)
    {
        public MergeWorkspace Workspace => workspace;

        public long Sum { get; set; }
    }

    private sealed record Ranking(MergeWorkspace Workspace, Dictionary<int, RankedMagnitudes> Counts);
}
