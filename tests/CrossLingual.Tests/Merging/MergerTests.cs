using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Merging;

/// <summary>Whole merges, against the formulas in plain loops.</summary>
public class MergerTests
{
    [Fact]
    public void Linear_IsTheMeanOfEveryTensor()
    {
        using var experts = new TinyExperts();
        var (task, language) = (experts.Read(experts.Task), experts.Read(experts.Language));
        var merged = experts.Merge(Recipe(experts, MergeMethod.Linear, null, 3, 1));
        Same(merged, name => i => (0.75 * task[name][i]) + (0.25 * language[name][i]), 1e-6);
    }

    [Fact]
    public void TaskArithmetic_LeavesUnchangedWeightsBitByBit()
    {
        using var experts = new TinyExperts();
        var (start, task, language) = (experts.Read(experts.Base), experts.Read(experts.Task), experts.Read(experts.Language));
        var merged = experts.Merge(Recipe(experts, MergeMethod.TaskArithmetic, experts.Base));
        Same(merged, name => i => start[name][i] + (0.4 * (task[name][i] - start[name][i] + language[name][i] - start[name][i])), 1e-6);
        var untouched = start.Sum(t => t.Value.Where((v, i) => v == task[t.Key][i] && v == language[t.Key][i]).Count());
        Assert.True(untouched > 1000);
        Assert.Equal(untouched, start.Sum(t => t.Value.Where((v, i) => v == task[t.Key][i] && v == language[t.Key][i] && v == merged[t.Key][i]).Count()));
    }

    [Fact]
    public void Slerp_TurnsEachTensorAsOneVector()
    {
        using var experts = new TinyExperts();
        var recipe = Recipe(experts, MergeMethod.Slerp, null) with { Settings = new Dictionary<string, Setting> { ["t"] = 0.3 } };
        var (task, language) = (experts.Read(experts.Task), experts.Read(experts.Language));
        Same(experts.Merge(recipe), name =>
        {
            var (a, b) = (task[name], language[name]);
            var (dot, aa, bb) = (a.Zip(b, (x, y) => (double)x * y).Sum(), a.Sum(x => (double)x * x), b.Sum(x => (double)x * x));
            var (first, second) = Slerp.Factors(dot, aa, bb, 0.3);
            return i => (first * a[i]) + (second * b[i]);
        }, 1e-5);
    }

    [Theory]
    [InlineData(TrimScope.Model, TrimCount.Authors, ZeroSign.Majority, TiesAverage.DisjointMean)]
    [InlineData(TrimScope.Tensor, TrimCount.Exact, ZeroSign.Positive, TiesAverage.AgreeingWeight)]
    [InlineData(TrimScope.Tensor, TrimCount.Authors, ZeroSign.Majority, TiesAverage.DisjointSum)]
    public void Ties_IsTheAuthorsAlgorithm(TrimScope scope, TrimCount count, ZeroSign zero, TiesAverage average)
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);   // few different changes: many ties at the border
        var recipe = Recipe(experts, MergeMethod.Ties, experts.Base, 1, 0.5) with { Ties = new TiesOptions { Scope = scope, Count = count, Zero = zero, Average = average }, SaveAs = ScalarType.Float32 };
        var start = experts.Read(experts.Base);
        var expected = PlainTies(start, [experts.Read(experts.Task), experts.Read(experts.Language)], [1, 0.5f], recipe.Ties, TiesOptions.PaperDensity);
        Same(experts.Merge(recipe), name => i => expected[name][i], 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Ties_MajorityIsExactWhereTheSampleIsNot(int leaning)
    {
        // Continuous changes of more weights than are sampled: the sample cannot have guessed the threshold. One change in
        // five is cancelled by the other expert's; the rest lean to one side.
        using var experts = new TinyExperts();
        var config = TinyExperts.Config with { IntermediateSize = 2048, Layers = 1 };
        using (NewDisposeScope())
        {
            using var model = Llama.Fresh(config, Seed.For("lean"), Compute.Exact);
            var all = model.Weights.Values.ToList();
            var changes = all.Select((w, i) => Noise(w, i)).ToList();
            var others = all.Select((w, i) => where(Noise(w, i + 100).abs() < 0.25, -changes[i], Noise(w, i + 200))).ToList();
            var zeros = all.ConvertAll(w => zeros_like(w));
            foreach (var (name, values) in new[] { ("base", zeros), ("task", changes), ("language", others) })
            {
                using var _ = no_grad();
                all.Zip(values).ToList().ForEach(p => p.First.copy_(p.Second));
                ModelFolder.New(config, TinyModel.Tokenizer).Save(model, experts[name], ScalarType.Float32);
            }
        }

        var start = experts.Read(experts.Base);
        Assert.True(start.Values.Sum(v => v.Length) > 2 * 65_536);
        var recipe = Recipe(experts, MergeMethod.Ties, experts.Base);
        var expected = PlainTies(start, [experts.Read(experts.Task), experts.Read(experts.Language)], [1, 1], recipe.Ties, TiesOptions.PaperDensity);
        Same(experts.Merge(recipe), name => i => expected[name][i], 1e-6);

        Tensor Noise(Tensor like, int number)
        {
            using var generator = new Generator(Seed.For("noise", number).Value & long.MaxValue);
            return randn(like.shape, generator: generator) + (0.1 * leaning);
        }
    }

    [Fact]
    public void Dare_IsMaskedTaskArithmetic()
    {
        using var experts = new TinyExperts();
        var recipe = Recipe(experts, MergeMethod.DareLinear, experts.Base) with { Settings = new Dictionary<string, Setting> { ["density"] = 0.5 }, Seed = 9 };
        var (start, task, language) = (experts.Read(experts.Base), experts.Read(experts.Task), experts.Read(experts.Language));
        Same(experts.Merge(recipe), name => i => start[name][i]
            + (Kept(experts.Task, name, i) ? 2 * (task[name][i] - start[name][i]) : 0)
            + (Kept(experts.Language, name, i) ? 2 * (language[name][i] - start[name][i]) : 0), 1e-5);

        static bool Kept(ModelReference model, string name, int i) => Dare.Keeps(i, 0.5, Seed.For("dare", 9, model.ToString(), name));
    }

    [Fact]
    public void DareL1Norm_KeepsTheNormOfEveryChange()
    {
        using var experts = new TinyExperts();
        var recipe = MergeRecipe.Of(MergeMethod.DareLinear, experts.Base, [new MergeInput(experts.Task)], experts["out"]) with
        {
            Settings = new Dictionary<string, Setting> { ["density"] = 0.3 },
            Dare = new DareOptions { Rescale = DareRescale.L1Norm },
        };
        var (start, task) = (experts.Read(experts.Base), experts.Read(experts.Task));
        var merged = experts.Merge(recipe);
        Assert.All(start.Keys, name => Assert.Equal(Distance(task, name), Distance(merged, name), 1e-4 * Distance(task, name)));

        double Distance(Dictionary<string, float[]> tuned, string name) => tuned[name].Zip(start[name], (a, b) => Math.Abs((double)a - b)).Sum();
    }

    [Fact]
    public void DareTies_ElectsAmongWhatWasNotDropped()
    {
        using var experts = new TinyExperts();
        var recipe = Recipe(experts, MergeMethod.DareTies, experts.Base) with
        {
            Settings = new Dictionary<string, Setting> { ["density"] = 0.6 },
            Ties = new TiesOptions { Zero = ZeroSign.Positive },
            Dare = new DareOptions { TrimDensity = 0.4 },
        };
        var start = experts.Read(experts.Base);
        var dropped = new[] { experts.Task, experts.Language }.Select(model => experts.Read(model).ToDictionary(t => t.Key, t => t.Value
            .Select((v, i) => Dare.Keeps(i, 0.6, Seed.For("dare", 1, model.ToString(), t.Key)) ? start[t.Key][i] + ((float)(1 / 0.6) * (v - start[t.Key][i])) : start[t.Key][i]).ToArray())).ToArray();
        var expected = PlainTies(start, dropped, [1, 1], recipe.Ties, 0.4);
        var merged = experts.Merge(recipe);

        // Adding the base and taking it away again moves a few changes over the border.
        var (wrong, all) = (merged.Sum(t => t.Value.Where((v, i) => Math.Abs(v - expected[t.Key][i]) > 1e-5).Count()), merged.Sum(t => t.Value.Length));
        Assert.InRange(wrong, 0, all / 1000);
    }

    [Fact]
    public void LayerSwap_TakesWholeTensorsAndMixesTransitions()
    {
        using var experts = new TinyExperts(ScalarType.BFloat16);
        var recipe = Swap(experts) with { LayerSwap = new LayerSwapOptions { Bottom = 2, Top = 1, BottomTransition = 1, TopTransition = 0, Head = SwapSource.Base, Norm = SwapSource.Average }, Base = experts.Base };
        var merged = experts.Merge(recipe);
        var (start, task, language) = (experts.Read(experts.Base), experts.Read(experts.Task), experts.Read(experts.Language));
        foreach (var (name, found) in merged)
        {
            var place = TensorPlace.Of(name);
            var expected = (place.Layer, place.Part) switch
            {
                (0 or 1 or 5, _) => language[name],
                (2, _) or (-1, ModelPart.Norm) => Rounded(task[name].Zip(language[name], (a, b) => (0.5f * a) + (0.5f * b))),
                (-1, ModelPart.Head) => start[name],
                _ => task[name],
            };
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void LayerSwap_CanChooseFromTheChange()
    {
        using var experts = new TinyExperts();
        using var plan = MergePlan.For(Swap(experts) with { Base = experts.Base, LayerSwap = new LayerSwapOptions { Choice = SwapChoice.Magnitude } });
        var expected = LayerSwap.Choose(ChangeMap.Measure(experts.Base, experts.Language).LayerChanges(), ChangeMap.Measure(experts.Base, experts.Task).LayerChanges(), new LayerSwapOptions());
        Assert.Equal(expected, plan.Recipe.LayerSwap);
        Assert.Contains("chosen", plan.Remarks[0]);
    }

    [Fact]
    public void RevertedExpertsAddedUp_AreALayerSwap()
    {
        // Language keeps its outer layers, the task expert all the rest, with what stands outside the layers.
        using var experts = new TinyExperts();
        int[] outer = [0, 1, 5];
        var language = Revert(experts.Language, experts["language-part"], new RevertOptions { Layers = [2, 3, 4], Modules = ["embedding", "head", "norm"] });
        var task = Revert(experts.Task, experts["task-part"], new RevertOptions { Layers = outer });
        var sum = experts.Merge(MergeRecipe.Of(MergeMethod.TaskArithmetic, experts.Base, [new MergeInput(language), new MergeInput(task)], experts["sum"]) with { Settings = new Dictionary<string, Setting> { ["lambda"] = 1 } });

        // 'norm' names the layers' norms too: those of the swap come from the base in the language part.
        var swapped = experts.Merge(Swap(experts) with { LayerSwap = new LayerSwapOptions { Bottom = 2, Top = 1, BottomTransition = 0, TopTransition = 0 } });
        var start = experts.Read(experts.Base);
        Same(sum, name => i => TensorPlace.Of(name) is { Part: ModelPart.Norm, Layer: 0 or 1 or 5 } ? start[name][i] : swapped[name][i], 1e-6);

        ModelReference Revert(ModelReference trained, string output, RevertOptions options)
        {
            using var plan = MergePlan.For(MergeRecipe.Of(MergeMethod.Revert, experts.Base, [new MergeInput(trained)], output) with { Revert = options });
            return new ModelReference(Merger.Run(plan, "test").Model);
        }
    }

    [Fact]
    public void Revert_UndoesTheSmallestShareOfTheWholeModel()
    {
        using var experts = new TinyExperts();
        var recipe = MergeRecipe.Of(MergeMethod.Revert, experts.Base, [new MergeInput(experts.Task)], experts["out"]) with { Revert = new RevertOptions { Smallest = 0.8 } };
        var (start, task, merged) = (experts.Read(experts.Base), experts.Read(experts.Task), experts.Merge(recipe));
        var changes = task.SelectMany(t => t.Value.Select((v, i) => MathF.Abs(v - start[t.Key][i]))).OrderDescending().ToArray();
        var border = changes[(int)Math.Round(changes.Length * 0.2) - 1];
        Same(merged, name => i => MathF.Abs(task[name][i] - start[name][i]) >= border ? task[name][i] : start[name][i], 0);
    }

    [Fact]
    public void Passthrough_StacksLayersOfSeveralModels()
    {
        using var experts = new TinyExperts();
        var recipe = new MergeRecipe
        {
            Method = MergeMethod.Passthrough,
            Slices =
            [
                new MergeSlice { Inputs = [new MergeInput(experts.Task) { Layers = new LayerRange(0, 4) }] },
                new MergeSlice { Inputs = [new MergeInput(experts.Language) { Layers = new LayerRange(2, 6) }] },
            ],
            Output = experts["out"],
        };
        var merged = experts.Merge(recipe);
        var (task, language) = (experts.Read(experts.Task), experts.Read(experts.Language));
        Assert.Equal(8, LlamaConfig.Read(experts["out/model/config.json"]).Layers);
        foreach (var (name, found) in merged)
        {
            var layer = TensorPlace.Of(name).Layer;
            Assert.Equal(layer is >= 0 and < 4 || name == "model.embed_tokens.weight" ? task[name] : language[TensorPlace.InLayer(name, layer - 2)], found);
        }

        using var loaded = ModelFolder.Open(experts["out/model"]).Load(Compute.Exact);
        Assert.Equal(8, loaded.Config.Layers);
    }

    private static MergeRecipe Recipe(TinyExperts experts, MergeMethod method, ModelReference? start, double first = 1, double second = 1) => MergeRecipe.Of(
        method,
        start,
        [With(experts.Task, first), With(experts.Language, second)],
        experts["out"]);

    private static MergeInput With(ModelReference model, double weight) => new(model) { Settings = new Dictionary<string, Setting> { ["weight"] = weight } };

    private static MergeRecipe Swap(TinyExperts experts) => new()
    {
        Method = MergeMethod.LayerSwap,
        Task = new MergeInput(experts.Task),
        Language = new MergeInput(experts.Language),
        Output = experts["swap"],
    };

    private static float[] Rounded(IEnumerable<float> numbers)
    {
        var exact = numbers.ToArray();
        var stored = new byte[exact.Length * 2];
        StoredNumbers.Narrow(exact, "BF16", stored);
        StoredNumbers.Widen(stored, "BF16", exact);
        return exact;
    }

    // The authors' algorithm with sorting and plain loops.
    private static Dictionary<string, float[]> PlainTies(Dictionary<string, float[]> start, Dictionary<string, float[]>[] tuned, float[] weights, TiesOptions options, double density)
    {
        var tasks = tuned.Select(t => t.ToDictionary(p => p.Key, p => p.Value.Select((v, i) => v - start[p.Key][i]).ToArray())).ToArray();
        foreach (var task in tasks)
        {
            foreach (var scope in options.Scope == TrimScope.Model ? [task.Values.ToArray()] : task.Values.Select(v => new[] { v }))
            {
                var sorted = scope.SelectMany(v => v).Select(MathF.Abs).OrderDescending().ToArray();
                var rank = Ties.RankOf(sorted.Length, density, options.Count);
                var border = rank > 0 ? sorted[rank - 1] : float.PositiveInfinity;
                foreach (var values in scope)
                {
                    for (var i = 0; i < values.Length; i++)
                    {
                        values[i] = MathF.Abs(values[i]) >= border ? values[i] : 0;
                    }
                }
            }
        }

        var sums = start.ToDictionary(p => p.Key, p => p.Value.Select((_, i) => tasks.Select((t, k) => weights[k] * t[p.Key][i]).Aggregate(0f, (a, b) => a + b)).ToArray());
        var totals = sums.ToDictionary(s => s.Key, s => s.Value.Sum(Math.Sign));
        return start.ToDictionary(p => p.Key, p => p.Value.Select((v, i) =>
        {
            var majority = options.Zero == ZeroSign.Positive || (options.Scope == TrimScope.Model ? totals.Values.Sum() : totals[p.Key]) > 0 ? 1 : -1;
            var sign = sums[p.Key][i] == 0 ? majority : Math.Sign(sums[p.Key][i]);
            var agreeing = tasks.Select((t, k) => (Weight: weights[k], Value: weights[k] * t[p.Key][i])).Where(a => Math.Sign(a.Value) == sign).ToList();
            var divisor = options.Average switch { TiesAverage.DisjointMean => agreeing.Count, TiesAverage.AgreeingWeight => agreeing.Sum(a => a.Weight), _ => 1 };
            return agreeing.Count == 0 ? v : v + (agreeing.Sum(a => a.Value) / divisor);
        }).ToArray());
    }

    private static void Same(Dictionary<string, float[]> merged, Func<string, Func<int, double>> formula, double tolerance)
    {
        foreach (var (name, found) in merged)
        {
            var expected = formula(name);
            for (var i = 0; i < found.Length; i++)
            {
                if (Math.Abs(found[i] - expected(i)) > tolerance)
                {
                    Assert.Fail($"{name}[{i}] is {found[i]}, the formula gives {expected(i)}");
                }
            }
        }
    }
}
