using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Merging;
using CrossLingual.Methods;
using CrossLingual.Runs;
using CrossLingual.Tests.Tiny;
using CrossLingual.Training;

namespace CrossLingual.Tests.Runs;

public class RecipeTests
{
    private const string Good = """
        model: lab
        data:
          - {source: lab, language: es, count: 10}
        training:
          steps: 3
          learning_rate: 0.0015
        output: artifacts/x
        """;

    /// <summary>Every recipe that ships; language files and tags of the lab are data.</summary>
    public static TheoryData<string> Shipped => [.. new[] { ("data/lab", SearchOption.TopDirectoryOnly), ("recipes", SearchOption.AllDirectories) }
        .Select(f => (Folder: Path.Combine(RealData.RepositoryRoot, f.Item1), Option: f.Item2))
        .Where(f => Directory.Exists(f.Folder))
        .SelectMany(f => Directory.EnumerateFiles(f.Folder, "*.yaml", f.Option).Where(p => Path.GetFileName(p) != "tags.yaml"))
        .Select(f => Path.GetRelativePath(RealData.RepositoryRoot, f))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedRecipes_AreValid(string path)
    {
        var file = Path.Combine(RealData.RepositoryRoot, path);
        var keys = File.ReadLines(file).Where(l => l.Length > 0 && char.IsLetter(l[0])).Select(l => l.Split(':')[0]).ToHashSet();
        if (keys.Contains("task") || keys.Contains("merge_method") || keys.Contains("models"))
        {
            Assert.Empty(MergeRecipe.Read(file).Problems);
            return;
        }

        if (keys.Contains("judge"))
        {
            Assert.NotEmpty(JudgeRecipe.Read(file).Models);
            return;
        }

        var sources = keys.Contains("method") ? MethodRecipe.Read(file).Phases.SelectMany(p => p.Recipe.Data).ToList()
            : keys.Contains("training") ? TrainRecipe.Read(file).Data
            : keys.Contains("vocab_size") ? TokenizerRecipe.Read(file).Data
            : keys.Contains("max_new_tokens") || keys.Contains("batch_size") ? EvalRecipe.Read(file).Data
            : throw new InvalidOperationException($"{path} is a recipe of a kind that this test does not know: read it here.");
        Assert.NotEmpty(sources);
    }

    [Fact]
    public void GoodRecipe_IsRead()
    {
        var recipe = Read(Good);
        Assert.Equal(("lab", 3, 0.0015, "artifacts/x"), (recipe.Model, recipe.Training.Steps, recipe.Training.LearningRate, recipe.Output));
        Assert.Equal(("lab", "es", 10), (recipe.Data[0].Kind, recipe.Data[0].Language, recipe.Data[0].Count));
    }

    [Fact]
    public void UnknownKey_IsNamedWithItsLineAndTheNearestName()
    {
        var problems = Problems(Good.Replace("learning_rate", "learning_rat"));
        Assert.StartsWith("r.yaml:6: 'training.learning_rat' is not a key here; allowed: ", Assert.Single(problems));
        Assert.EndsWith(". Did you mean 'learning_rate'?", problems[0]);
        Assert.EndsWith("Did you mean 'data'?", Assert.Single(Problems(Good + "\ndate: 5")));
        Assert.DoesNotContain("Did you mean", Assert.Single(Problems(Good + "\nzebra: 5")));
        Assert.Contains("r.yaml:3: 'data[1].laguage' is not a key", string.Join('\n', Problems(Good.Replace("language", "laguage"))));
    }

    [Fact]
    public void SeveralProblems_AreReportedAtOnceInLineOrder()
    {
        var problems = Problems("""
            modle: lab
            seed: many
            template: chatml
            data:
              - {source: lab, language: xx, split: training, count: 0}
              - {language: es}
            training:
              steps: 2.5
              learning_rate: fast
              decay: cosin
              beta2: 1
              warm_up: -0.1
            lora: {rank: 0, dropout: 1, rank_stabilized: maybe}
            save_as: int8
            """);
        Assert.Equal(
            [
                "1: 'model' is missing",
                "1: 'output' is missing",
                "1: 'modle' is not a key here; allowed:",
                "2: 'seed' is 'many'; it must be a whole number of at least 0",
                "3: 'template' is 'chatml'; allowed: alpaca, alpaca-short, plain",
                "5: data[1]: 'xx' is not a language of the lab; it has: en, es, de, hi, vi, sw",
                "5: 'data[1].split' is 'training'; allowed: train, dev, test",
                "5: 'data[1].count' is '0'; it must be a whole number of at least 1",
                "6: 'data[2].source' is missing; allowed: lab, lab-text, lab-pairs, lab-translation, alpaca, text, parallel",
                "8: 'training.steps' is '2.5'; it must be a whole number of at least 0",
                "9: 'training.learning_rate' is 'fast'; it must be a number of at least 1E-12",
                "10: 'training.decay' is 'cosin'; allowed: cosine, linear, constant. Did you mean 'cosine'?",
                "11: 'training.beta2' is '1'; it must be a number from 0 to 0.999999",
                "12: 'training.warm_up' is '-0.1'; it must be a number from 0 to 1",
                "13: 'lora.rank' is '0'; it must be a whole number from 1 to 1024",
                "13: 'lora.dropout' is '1'; it must be a number from 0 to 0.99",
                "13: 'lora.rank_stabilized' is 'maybe'; allowed: true, false",
                "14: 'save_as' is 'int8'; allowed: bfloat16, float16, float32, float64",
            ],
            problems.Select(p => p["r.yaml:".Length..]).Select(p => p.Split(" here; allowed:") is [var start, _] ? start + " here; allowed:" : p));
    }

    [Theory]
    [InlineData("steps: [1]", "'training.steps' must be a single value")]
    [InlineData("steps: ", "'training.steps' is ''; it must be a whole number")]
    [InlineData("steps: 99999999999", "'training.steps' is '99999999999'")]
    [InlineData("steps: 1,000", "'training.steps' is '1,000'")]
    [InlineData("learning_rate: 0,001", "'training.learning_rate' is '0,001'")]
    [InlineData("learning_rate: NaN", "'training.learning_rate' is 'NaN'")]
    [InlineData("learning_rate: Infinity", "'training.learning_rate' is 'Infinity'")]
    [InlineData("learning_rate: 1e999", "'training.learning_rate' is '1e999'")]
    [InlineData("? [a, b]\n  : 1", "a key must be a word")]
    public void WrongValue_IsNamed(string line, string says) => Assert.Contains(
        "r.yaml:5: " + says,
        Assert.Single(Problems($"model: lab\ndata: [{{source: lab, language: es}}]\noutput: x\ntraining:\n  {line}\n")));

    [Theory]
    [InlineData("data: lab", "'data' must be a list of entries that begin with '- '")]
    [InlineData("data: [lab]", "'data' must be a list of entries that begin with '- '")]
    [InlineData("training: 5", "'training' must have keys of its own")]
    [InlineData("training:", "'training' must have keys of its own")]
    [InlineData("trainable: {a: b}", "'trainable' must be a list of words")]
    public void WrongKind_IsNamed(string line, string says) =>
        Assert.Contains(Problems($"model: lab\noutput: x\n{line}\n" + (line.StartsWith("data", StringComparison.Ordinal) ? "" : "data: [{source: lab, language: es}]\n")), p => p.StartsWith("r.yaml:3: " + says, StringComparison.Ordinal));

    [Theory]
    [InlineData("num_attention_heads: 0", "'model.num_attention_heads' is '0'; it must be a whole number from 1 to 1024")]
    [InlineData("num_key_value_heads: none", "'model.num_key_value_heads' is 'none'")]
    [InlineData("num_key_value_heads: 3", "num_key_value_heads 3 must divide num_attention_heads 8")]
    [InlineData("hidden_size: 200", "hidden_size 200 must be an even multiple of num_attention_heads 8")]
    public void WrongShapeOfAFreshModel_IsNamed(string line, string says) =>
        Assert.Contains(Problems($"model: {{{line}}}\ntokenizer: t\noutput: x\ndata: [{{source: lab, language: es}}]\n"), p => p.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void Overrides_ChangeSingleValues()
    {
        var recipe = Read(Good, "training.steps=10", "seed=7", "lora.rank=4", "output=", "trainable=[a, b]", "training.decay=linear");
        Assert.Equal((10, 7, 4, "", Decay.Linear), (recipe.Training.Steps, recipe.Seed, recipe.Lora!.Rank, recipe.Output, recipe.Training.Decay));
        Assert.Equal(0.0015, recipe.Training.LearningRate);
        Assert.Equal(["a", "b"], recipe.Trainable);
        Assert.Equal("a=b", Read(Good, "output=a=b").Output);
        Assert.Equal("#1", Read(Good, "output=#1").Output);
        Assert.Equal(recipe.Yaml, Read(recipe.Yaml).Yaml);
    }

    [Fact]
    public void ProblemOfAnOverride_NamesTheOverride()
    {
        Assert.Equal("r.yaml with training.steps=many: 'training.steps' is 'many'; it must be a whole number of at least 0", Assert.Single(Problems(Good, "training.steps=many")));
        Assert.StartsWith("r.yaml with lora.rnk=4: 'lora.rnk' is not a key here", Assert.Single(Problems(Good, "lora.rnk=4")));
    }

    [Theory]
    [InlineData("training.steps", "Write it as key=value")]
    [InlineData("=5", "Write it as key=value")]
    [InlineData("training.=5", "Write it as key=value")]
    [InlineData("training..steps=5", "Write it as key=value")]
    [InlineData("output.name=5", "'output' is a value and not a section")]
    [InlineData("data.count=5", "'data' is a value and not a section")]
    [InlineData("trainable=[a", "is not YAML")]
    public void BadOverride_IsNamed(string change, string says)
    {
        var error = Assert.Throws<UserException>(() => Read(Good, change));
        Assert.StartsWith($"XL103 '{change}'", error.Message);
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData("training: [", "r.yaml:2: ")]
    [InlineData("a: 1\nb: \"open", "r.yaml:2: ")]
    [InlineData("a: 1\na: 2", "r.yaml:2: ")]
    [InlineData("a: 1\n\tb: 2", "r.yaml:1: ")]
    [InlineData("", "r.yaml is not a recipe")]
    [InlineData("just words", "r.yaml is not a recipe")]
    [InlineData("- a\n- b", "r.yaml is not a recipe")]
    [InlineData("a: 1\n---\nb: 2", "r.yaml is not a recipe")]
    public void WhatIsNotYaml_IsNamed(string text, string says) =>
        Assert.StartsWith("XL101 " + says, Assert.Throws<UserException>(() => RecipeFile.Parse("r.yaml", text)).Message);

    [Fact]
    public void AbsentRecipe_IsNamed() => Assert.StartsWith("XL101 Recipe nowhere.yaml does not exist", Assert.Throws<UserException>(() => TrainRecipe.Read("nowhere.yaml")).Message);

    [Theory]
    [InlineData("output: ..")]
    [InlineData("output: runs/v1.")]
    [InlineData("output: \"a: b\"")]
    [InlineData("output: '12'")]
    [InlineData("output: 名前 ünï")]
    public void WrittenRecipe_ReadsTheSame(string line)
    {
        var recipe = RecipeFile.Parse("r.yaml", line);
        var again = RecipeFile.Parse("r.yaml", recipe.ToYaml());
        Assert.Equal(recipe.Root.Text("output"), again.Root.Text("output"));
        Assert.Equal(recipe.ToYaml(), again.ToYaml());
        Assert.DoesNotContain("...\n", recipe.ToYaml());
    }

    private static TrainRecipe Read(string text, params string[] overrides)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.yaml"], text);
        return TrainRecipe.Read(folder["r.yaml"], overrides);
    }

    private static List<string> Problems(string text, params string[] overrides)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.yaml"], text);
        var error = Assert.Throws<UserException>(() => TrainRecipe.Read(folder["r.yaml"], overrides));
        Assert.StartsWith("XL102 ", error.Message);
        return [.. error.Message["XL102 ".Length..].Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Split('\n').Select(l => l.Trim())];
    }
}
