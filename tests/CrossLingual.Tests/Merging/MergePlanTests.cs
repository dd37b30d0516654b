using System.Diagnostics;
using CrossLingual.Merging;
using CrossLingual.Models;
using CrossLingual.Tests.Tiny;
using static TorchSharp.torch;

namespace CrossLingual.Tests.Merging;

/// <summary>Broken recipes fail before a weight is read, all their problems together, each with its fix.</summary>
public sealed class MergePlanTests : IDisposable
{
    private static readonly string Models = "models: [{model: task}, {model: language}]";
    private readonly TinyExperts _experts = new(ScalarType.BFloat16);

    public static TheoryData<string, string, string[]> Broken => new()
    {
        { "unknown method", $"method: dare-ties\nbase: base\n{Models}", ["'method' is 'dare-ties'", "Did you mean 'dare_ties'?"] },
        { "unknown key", $"method: linear\n{Models}\nseeed: 1", ["'seeed' is not a key here", "Did you mean 'seed'?"] },
        { "key of another method", "method: linear\nmodels: [{model: task, density: 0.5}, {model: language}]", ["'models[1].density' is not a key here; allowed: adapter, model, name, weight"] },
        { "no base", $"method: ties\n{Models}", ["ties needs the model that the others were tuned from", "Add 'base'"] },
        { "useless base", $"method: linear\nbase: base\n{Models}", ["linear makes no use of the base", "list it among the models"] },
        { "slerp of three", "method: slerp\nmodels: [{model: task}, {model: language}, {model: base}]\noptions: {t: 0.5}", ["slerp takes two models; found 3"] },
        { "slerp without t", $"method: slerp\n{Models}", ["slerp needs t", "Add 't' to the options"] },
        { "weights that cancel", "method: linear\nmodels: [{model: task, weight: 1}, {model: language, weight: -1}]", ["the weights add up to 0", "normalize: false"] },
        { "no density", $"method: dare_linear\nbase: base\n{Models}", ["dare_linear needs a density for", "The drop rate is 1 less it"] },
        { "density of nothing", "method: ties\nbase: base\nmodels: [{model: task, density: 0}]", ["density 0 of", "must be above 0"] },
        { "density by layer over the whole model", "method: ties\nbase: base\nmodels: [{model: task, density: [0.2, 0.5]}]", ["ranks all its weights together", "scope: tensor"] },
        { "too many swapped layers", "method: layer_swap\ntask: task\nlanguage: language\noptions: {bottom: 4, top: 2}", ["are 8 layers; the model has 6", "Lower them"] },
        { "missing expert", "method: layer_swap\ntask: task", ["'language' is missing"] },
        { "base of a swap that uses none", "method: layer_swap\nbase: base\ntask: task\nlanguage: language\noptions: {bottom: 1, top: 1}", ["layer_swap makes no use of the base", "choice: magnitude"] },
        { "layers beyond the model", "method: passthrough\nslices: [{models: [{model: task, layers: [0, 4]}]}, {models: [{model: language, layers: [4, 9]}]}]", ["layers [4, 9] of", "which has 6"] },
        { "unequal slices", "method: linear\nslices: [{models: [{model: task, layers: [0, 4]}, {model: language, layers: [2, 4]}]}]", ["give 4 and 2 layers", "as many of each"] },
        { "filter that fits nothing", "method: linear\nmodels: [{model: task, weight: [{filter: mlpp, value: 0.5}, {value: 1}]}, {model: language}]", ["no tensor has 'mlpp' in its name", "Did you mean 'mlp'?"] },
        { "other vocabulary", "method: linear\nmodels: [{model: task}, {model: other-vocabulary}]", ["vocab_size is 310 in", "but 300 in", "one vocabulary"] },
        { "other depth", "method: linear\nmodels: [{model: task}, {model: deeper}]", ["num_hidden_layers is 7 in", "Choose layers with 'slices'"] },
        { "other rotary base", "method: linear\nmodels: [{model: task}, {model: other-rope}]", ["rope_theta is 500000 in", "from the same start"] },
        { "no such folder", "method: linear\nmodels: [{model: task}, {model: nowhere}]", ["nowhere does not exist", "config.json and safetensors"] },
        { "no such adapter", "method: linear\nmodels: [{model: task}, {model: base, adapter: base}]", ["adapter_config.json does not exist"] },
        { "weights of another shape", "method: linear\nmodels: [{model: task}, {model: mixed-up}]", ["tensor 'model.layers.6.input_layernorm.weight' does not belong", "take both from the same download"] },
        { "nothing to revert", "method: revert\nbase: base\nmodels: [{model: task}]", ["nothing is reverted", "'layers', 'modules' or 'smallest'"] },
        { "revert of absent layers", "method: revert\nbase: base\nmodels: [{model: task}]\noptions: {layers: [4-6], modules: [atention]}", ["layer 6 cannot be reverted: the model has layers 0 to 5", "Did you mean 'attention'?"] },
        { "equal masks", "method: dare_linear\nbase: base\nmodels: [{model: task, name: x}, {model: language, name: x}]\noptions: {density: 0.5}", ["the models named 'x' would get the same random mask"] },
        { "output over a source", "method: linear\nmodels: [{model: task}, {model: run/model}]\noutput: run", ["the output", "is the model", "Choose another 'output'"] },
        { "other tokenizer", "method: linear\nmodels: [{model: task}, {model: other-tokenizer}]", ["tokenizer.model of", "differs from that of", "one tokenizer"] },
        { "type that weights do not have", $"method: linear\n{Models}\nsave_as: int8", ["'save_as' is 'int8'; allowed: bfloat16, float16, float32"] },
        { "mergekit: union of vocabularies", "merge_method: linear\nmodels: [{model: task, parameters: {weight: 1}}, {model: language, parameters: {weight: 1}}]\ntokenizer_source: union", ["vocabularies are not joined here"] },
        { "mergekit: two ways at once", "merge_method: linear\nmodels: [{model: task}]\nslices: []", ["exactly one of 'models', 'slices' and 'modules'", "found models and slices"] },
        { "mergekit: unknown method", "merge_method: della\nbase_model: base\nmodels: [{model: task}]", ["'merge_method' is 'della'; allowed: linear, task_arithmetic, slerp"] },
    };

    public void Dispose() => _experts.Dispose();

    [Theory]
    [MemberData(nameof(Broken))]
    public void BrokenRecipe_FailsInThePlannerWithItsFix(string what, string yaml, string[] words)
    {
        Others();
        var error = Assert.Throws<UserException>(() => Plan(yaml));
        Assert.Equal("XL510", error.Id);
        Assert.All(words, w => Assert.True(error.Message.Contains(w, StringComparison.Ordinal), $"{what}: '{w}' is not in\n{error.Message}"));
        Assert.False(Directory.Exists(_experts["out"]));
    }

    [Fact]
    public void AllProblems_AreReportedTogetherWithTheirLines()
    {
        Others();
        var error = Assert.Throws<UserException>(() => Plan("""
            method: ties
            models:
              - {model: task, wieght: 1}
              - {model: deeper, density: 1.5}
              - {model: nowhere}
            options: {lambda: many, scope: layer}
            """));
        foreach (var words in new[] { "merge.yaml:3: 'models[1].wieght' is not a key here", "merge.yaml:4: 'models[2].density' holds '1.5'", "merge.yaml:6: 'options.scope' is 'layer'; allowed: model, tensor", "'many'", "ties needs the model", "merge.yaml:4: num_hidden_layers is 7", "merge.yaml:5: XL312" })
        {
            Assert.Contains(words, error.Message);
        }
    }

    [Fact]
    public void Planning_ReadsNoWeightsAndTakesLessThanASecond()
    {
        // Thirty-two wide layers, 0.5 GB a model: holes in the files take no room on the disk.
        var config = TinyExperts.Config with { Layers = 32, HiddenSize = 512, IntermediateSize = 2048, Heads = 8, KeyValueHeads = 8, HeadSize = 64 };
        foreach (var name in new[] { "large-a", "large-b", "large-c" })
        {
            Hollow(name, config);
        }

        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<UserException>(() => Plan("method: ties\nbase: large-a\nmodels: [{model: large-b}, {model: large-c}, {model: task}]"));
        Assert.Contains("hidden_size is 32", error.Message);
        using var plan = MergePlan.For(Recipe("method: ties\nbase: large-a\nmodels: [{model: large-b}, {model: large-c}]"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 1);
        Assert.Equal((32 * 9) + 3, plan.Tensors.Count);
    }

    [Fact]
    public void Plan_SaysWhereEveryTensorComesFrom()
    {
        using var plan = MergePlan.For(Recipe("method: layer_swap\ntask: task\nlanguage: language\noptions: {bottom: 1, top: 1, top_transition: 0, transition_weight: 0.25}"));
        Assert.Equal(["task", "language"], plan.SourceNames());
        Assert.Equal(
            ["copy of language", "0.25 language + 0.75 task", "copy of task", "copy of language"],
            new[] { 0, 1, 2, 5 }.Select(k => plan.Tensors.First(t => t.Name == $"model.layers.{k}.mlp.up_proj.weight").Describe(plan.SourceNames())));
        using var ties = MergePlan.For(Recipe("method: ties\nbase: base\nmodels: [{model: task, weight: 2}, {model: language, density: 0.5}]"));
        Assert.Equal("base + 1 · (2 task at density 0.2 + language at density 0.5)", ties.Tensors[0].Describe(ties.SourceNames()));
    }

    [Fact]
    public void MergekitsDefaults_StandInItsRecipes()
    {
        var recipe = Recipe("""
            merge_method: ties
            base_model: base
            models:
              - model: base
              - model: task
                parameters: {weight: 0.6, density: [0.2, 0.8]}
              - model: language
                parameters:
                  weight:
                    - {filter: mlp, value: 0.5}
                    - value: 0.1
            parameters: {int8_mask: true, lambda: 0.9}
            dtype: float32
            out_dtype: bfloat16
            """);
        Assert.Empty(recipe.Problems);
        Assert.Equal(new TiesOptions { Scope = TrimScope.Tensor, Count = TrimCount.Exact, Zero = ZeroSign.Positive, Average = TiesAverage.AgreeingWeight }, recipe.Ties);
        Assert.Equal(ScalarType.BFloat16, recipe.SaveAs);
        using var plan = MergePlan.For(recipe);
        var names = plan.SourceNames();
        Assert.Equal("base + 0.9 · (0.6 task at density 0.2 + 0.5 language)", Of("model.layers.0.mlp.up_proj.weight"));
        Assert.Equal("base + 0.9 · (0.6 task at density 0.44 + 0.1 language)", Of("model.layers.2.self_attn.q_proj.weight"));
        Assert.Equal("base + 0.9 · (0.6 task at density 0.8 + 0.1 language)", Of("lm_head.weight"));
        Assert.Equal("base + 0.9 · (0.6 task at density 0.2 + 0.1 language)", Of("model.embed_tokens.weight"));

        string Of(string tensor) => plan.Tensors.First(t => t.Name == tensor).Describe(names);
    }

    [Theory]
    [InlineData("slices: [{sources: [{model: base, layer_range: [0, 6]}, {model: task, layer_range: [0, 6]}]}]")]
    [InlineData("models: [{model: task}]")]
    [InlineData("modules: {text: {models: [{model: task}]}}")]
    public void Mergekit_SlicesModelsAndModulesMeanTheSame(string part)
    {
        using var plan = MergePlan.For(Recipe($$"""
            merge_method: slerp
            base_model: base
            {{part}}
            parameters: {t: [{filter: self_attn, value: [0, 1]}, {value: 0.5}]}
            """));
        Assert.Equal("slerp(base, task, t = 0.4)", plan.Tensors.First(t => t.Name == "model.layers.2.self_attn.q_proj.weight").Describe(plan.SourceNames()));
        Assert.Equal("slerp(base, task, t = 0.5)", plan.Tensors[0].Describe(plan.SourceNames()));
    }

    [Fact]
    public void Mergekit_AdaptersStandAfterAPlus()
    {
        var recipe = Recipe("merge_method: passthrough\nmodels: [{model: base+adapters/one}]");
        Assert.Equal(new ModelReference("base", "adapters/one"), recipe.Models[0] with { Folder = "base", Adapter = Path.GetRelativePath(_experts.Folder, recipe.Models[0].Adapter!) });
    }

    // Paths in recipes count from the working folder, which tests share; so they are made absolute.
    private MergeRecipe Recipe(string yaml)
    {
        var path = _experts["merge.yaml"];
        var lines = yaml.Contains("output:", StringComparison.Ordinal) ? yaml : yaml + "\noutput: out";
        File.WriteAllText(path, System.Text.RegularExpressions.Regex.Replace(
            lines, @"(?<=\b(?:model|base|base_model|task|language|adapter|output): |\+)(?=[a-z])(?!task:|\{)", _experts.Folder + "/"));
        return MergeRecipe.Read(path);
    }

    private void Plan(string yaml)
    {
        using var plan = MergePlan.For(Recipe(yaml));
    }

    private void Others()
    {
        Hollow("deeper", TinyExperts.Config with { Layers = 7 });
        Hollow("other-vocabulary", TinyExperts.Config with { VocabularySize = 310 });
        Hollow("other-rope", TinyExperts.Config with { RopeTheta = 500000 });
        Hollow("run/model", TinyExperts.Config);
        Hollow("other-tokenizer", TinyExperts.Config);
        File.AppendAllText(_experts["other-tokenizer/tokenizer.model"], "x");
        Hollow("mixed-up", TinyExperts.Config);
        File.Copy(_experts["deeper/model.safetensors"], _experts["mixed-up/model.safetensors"], overwrite: true);
    }

    // A model of zeros that are not written.
    private void Hollow(string name, LlamaConfig config)
    {
        Directory.CreateDirectory(_experts[name]);
        File.WriteAllText(_experts[$"{name}/config.json"], config.ToJson());
        foreach (var (file, bytes) in TinyModel.Tokenizer.Files)
        {
            File.WriteAllBytes(_experts[$"{name}/{file}"], bytes.ToArray());
        }

        var header = SafetensorsWriter.Header([.. config.TensorShapes().Select(t => (t.Key, "BF16", t.Value))], null);
        using var stream = File.Create(_experts[$"{name}/model.safetensors"]);
        stream.Write(header);
        stream.SetLength(header.Length + (config.ParameterCount() * 2));
    }
}
