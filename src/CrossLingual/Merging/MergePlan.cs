using CrossLingual.Models;

namespace CrossLingual.Merging;

/// <summary>A weights file of the output.</summary>
/// <param name="File">Its name.</param>
/// <param name="Tensors">Its tensors in the order of their bytes.</param>
public sealed record PlannedShard(string File, IReadOnlyList<TensorPlan> Tensors);

/// <summary>
/// A merge that was checked and can be carried out: where every tensor comes from, which files are written, how much
/// memory is needed at most. Making it reads headers and settings only; it holds the models open.
/// </summary>
public sealed class MergePlan : IDisposable
{
    internal MergePlan(MergeRecipe recipe, LlamaConfig config, IReadOnlyList<MergeSource> sources, IReadOnlyList<TensorPlan> tensors, ModelReference settingsFrom)
    {
        (Recipe, Config, Opened, Tensors, SettingsFrom) = (recipe, config, sources, tensors, settingsFrom);
        Shards = Split(tensors, recipe.LargestShard);
    }

    /// <summary>The recipe; where layers were chosen from the change, with the choice.</summary>
    public MergeRecipe Recipe { get; }

    /// <summary>The output's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>The models by index.</summary>
    public IReadOnlyList<ModelReference> Sources => [.. Opened.Select(s => s.Reference)];

    /// <summary>The model whose tokenizer and settings go with the output.</summary>
    public ModelReference SettingsFrom { get; }

    /// <summary>The output's tensors in the order of the forward pass.</summary>
    public IReadOnlyList<TensorPlan> Tensors { get; }

    /// <summary>The output's files.</summary>
    public IReadOnlyList<PlannedShard> Shards { get; }

    /// <summary>Bytes of the output's weights.</summary>
    public long OutputBytes => Tensors.Sum(BytesOf);

    /// <summary>Bytes of the largest tensor of the output.</summary>
    public long LargestTensorBytes => Tensors.Max(BytesOf);

    /// <summary>Things worth knowing that are no error.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The opened models.</summary>
    internal IReadOnlyList<MergeSource> Opened { get; }

    /// <summary>Plans a merge.</summary>
    /// <exception cref="UserException">XL510: everything that is wrong with the recipe and the models, at once.</exception>
    public static MergePlan For(MergeRecipe recipe) => new MergePlanner(recipe).Plan();

    /// <summary>
    /// Most bytes that carrying it out takes beyond the program itself: each thread's stretches, the histograms of
    /// ranked magnitudes, and the mapped pages that are being read. It does not grow with the model.
    /// </summary>
    /// <param name="threads">Number of threads.</param>
    public long PeakBytes(int threads)
    {
        var operands = Tensors.Max(t => t.Reads.Count());
        var ranks = Recipe.Method is MergeMethod.Ties or MergeMethod.Revert || Recipe.Dare.TrimDensity < 1 ? RankedMagnitudes.MostBytes * (threads + 1) * operands : 0;
        var mapped = Tensors.Max(t => t.Reads.Sum(o => (long)Safetensors.ElementSize(Opened[o.Source].EntryOf(o.Tensor).Type)) * Math.Min(t.Count, MergePieces.WindowElements));
        return (threads * MergeWorkspace.BytesFor(operands)) + ranks + mapped;
    }

    /// <summary>Bytes of a planned tensor.</summary>
    internal static long BytesOf(TensorPlan tensor) => tensor.Count * Safetensors.ElementSize(tensor.Type);

    /// <summary>A short name a model: the shortest end of its path that tells it from the others.</summary>
    public IReadOnlyList<string> SourceNames()
    {
        var paths = Sources.Select(s => (s.Adapter ?? s.Folder).Replace('\\', '/').TrimEnd('/').Split('/')).ToList();
        for (var words = 1; words < 64; words++)
        {
            var names = paths.Select(p => string.Join('/', p.TakeLast(words))).ToList();
            if (names.Distinct(StringComparer.Ordinal).Count() == names.Count)
            {
                return names;
            }
        }

        return [.. Sources.Select(s => s.ToString())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in Opened)
        {
            source.Dispose();
        }
    }

    // As the safetensors writer does: files fill up in the order of the forward pass; within one, larger types first, then by name.
    private static PlannedShard[] Split(IReadOnlyList<TensorPlan> tensors, long largest)
    {
        var shards = new List<List<TensorPlan>>();
        var room = 0L;
        foreach (var tensor in tensors)
        {
            var bytes = BytesOf(tensor);
            if (shards.Count == 0 || bytes > room)
            {
                shards.Add([]);
                room = largest;
            }

            shards[^1].Add(tensor);
            room -= bytes;
        }

        return
        [
            .. shards.Select((shard, i) => new PlannedShard(
                SafetensorsWriter.ShardName(i, shards.Count),
                [.. shard.OrderBy(t => Safetensors.RankOf(t.Type)).ThenBy(t => t.Name, StringComparer.Ordinal)])),
        ];
    }
}
