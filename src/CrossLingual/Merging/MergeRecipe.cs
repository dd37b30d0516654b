using CrossLingual.Runs;
using static TorchSharp.torch;

namespace CrossLingual.Merging;

/// <summary>How the inputs and the output are hashed in the manifest.</summary>
public enum Checksums
{
    /// <summary>XXH128 of the tensors that were read and written, on the way: fast, finds damage, stops no forger.</summary>
    Xxh128,

    /// <summary>SHA-256 of whole files, as model hubs publish it; read again at the end.</summary>
    Sha256,
}

/// <summary>
/// What to merge and how: the content of a merge recipe. Recipes in mergekit's YAML are read too, and then its defaults
/// stand where they differ from the papers'.
/// </summary>
public sealed record MergeRecipe
{
    /// <summary>The method; null when the recipe's name for it is unknown, which <see cref="Problems"/> says.</summary>
    public MergeMethod? Method { get; init; }

    /// <summary>The model that the others were tuned from.</summary>
    public ModelReference? Base { get; init; }

    /// <summary>What the output's layers are made of, from the bottom.</summary>
    public IReadOnlyList<MergeSlice> Slices { get; init; } = [];

    /// <summary>For layer_swap: the expert whose middle stays. Its counterpart is <see cref="Language"/>.</summary>
    public MergeInput? Task { get; init; }

    /// <summary>For layer_swap: the expert whose outer layers come in.</summary>
    public MergeInput? Language { get; init; }

    /// <summary>Settings of the whole merge by name: weight, density, lambda, t, scale.</summary>
    public IReadOnlyDictionary<string, Setting> Settings { get; init; } = new Dictionary<string, Setting>();

    /// <summary>Whether weights are made to add up to 1; null is the method's default: true for linear, else false.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Fidelity of TIES.</summary>
    public TiesOptions Ties { get; init; } = new();

    /// <summary>Fidelity of DARE.</summary>
    public DareOptions Dare { get; init; } = new();

    /// <summary>Which layers are swapped.</summary>
    public LayerSwapOptions LayerSwap { get; init; } = new();

    /// <summary>What is reverted.</summary>
    public RevertOptions Revert { get; init; } = new();

    /// <summary>Type of the written weights; null keeps each tensor's.</summary>
    public ScalarType? SaveAs { get; init; }

    /// <summary>The model whose tokenizer and settings the output gets; null for the base, else the first model.</summary>
    public ModelReference? TokenizerFrom { get; init; }

    /// <summary>Seed of random masks.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Bytes a weights file may have; a larger tensor gets a file of its own.</summary>
    public long LargestShard { get; init; } = 5_000_000_000;

    /// <summary>How files are hashed.</summary>
    public Checksums Checksums { get; init; }

    /// <summary>The run's folder; the merged model is its subfolder <c>model</c>.</summary>
    public string Output { get; init; } = "";

    /// <summary>The recipe as YAML, overrides included.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>What is wrong with the file itself; the plan reports it together with what is wrong with the models.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether the weights are normalised.</summary>
    public bool Normalizes => Normalize ?? Method == MergeMethod.Linear;

    /// <summary>Every model that the recipe names, once.</summary>
    public IReadOnlyList<ModelReference> Models =>
    [
        .. Slices.SelectMany(s => s.Inputs.Select(i => i.Model).Append(s.Base)).Append(Base).Append(Task?.Model).Append(Language?.Model).Append(TokenizerFrom)
            .OfType<ModelReference>().Distinct(),
    ];

    /// <summary>A merge of whole models.</summary>
    /// <param name="method">The method.</param>
    /// <param name="start">The base, for methods that need one.</param>
    /// <param name="models">The models.</param>
    /// <param name="output">The run's folder.</param>
    public static MergeRecipe Of(MergeMethod method, ModelReference? start, IReadOnlyList<MergeInput> models, string output) =>
        new() { Method = method, Base = start, Slices = [new MergeSlice { Inputs = models }], Output = output };

    /// <summary>Reads a recipe, this project's or mergekit's. What is wrong with it stands in <see cref="Problems"/>.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">Changes such as <c>options.lambda=0.5</c>.</param>
    /// <exception cref="UserException">XL101, XL103: not there or not YAML.</exception>
    public static MergeRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        var recipe = file.Root.Has("merge_method") ? MergekitReader.Read(file.Root) : MergeRecipeReader.Read(file.Root);
        return recipe with { Yaml = file.ToYaml(), Problems = file.Problems() };
    }

    /// <summary>A setting for one tensor: the model's own, else the slice's, else the recipe's.</summary>
    internal double? SettingOf(string name, MergeSlice slice, MergeInput? input, string tensor, double depth) =>
        input?.Settings.GetValueOrDefault(name)?.For(tensor, depth)
        ?? slice.Settings.GetValueOrDefault(name)?.For(tensor, depth)
        ?? Settings.GetValueOrDefault(name)?.For(tensor, depth);
}
