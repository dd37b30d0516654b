using System.Diagnostics;
using System.IO.Hashing;
using CrossLingual.Models;
using CrossLingual.Runs;

namespace CrossLingual.Merging;

/// <summary>Where a merge stands.</summary>
/// <param name="Bytes">Bytes of the output that are written.</param>
/// <param name="AllBytes">Bytes of the output.</param>
/// <param name="Doing">What is being done.</param>
public sealed record MergeProgress(long Bytes, long AllBytes, string Doing);

/// <summary>What a merge made.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Bytes">Bytes of its weights.</param>
/// <param name="Tensors">Number of its tensors.</param>
/// <param name="Kept">Tensors that an interrupted merge had already made.</param>
/// <param name="Seconds">Duration of this process's part.</param>
public sealed record MergeOutcome(string Model, long Bytes, int Tensors, int Kept, double Seconds);

/// <summary>
/// Carries out a plan: tensor by tensor from mapped files through small blocks into files of full size, with as many
/// threads as there are. The model appears under its name only when it is whole and on the disk; a merge that was killed
/// goes on where it stood. The bytes are the same for any number of threads, size of shards, and interruption.
/// </summary>
public static class Merger
{
    private const long Reserve = 16_000_000;   // for what is written beside the weights

    /// <summary>Merges.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="command">The command line or call, for the manifest.</param>
    /// <param name="resume">Whether to go on with an interrupted merge.</param>
    /// <param name="threads">Threads; 0 for one a processor.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancel">Stops between pieces; the merge can be resumed.</param>
    /// <exception cref="UserException">XL511: what is there belongs to another merge; XL512: the disk has no room.</exception>
    public static MergeOutcome Run(MergePlan plan, string command, bool resume = false, int threads = 0, IProgress<MergeProgress>? progress = null, CancellationToken cancel = default) =>
        Run(plan, command, resume, threads, progress, MergePieces.WindowElements, cancel);

    /// <summary>Merges, with the number of elements after which finished tensors are noted.</summary>
    internal static MergeOutcome Run(MergePlan plan, string command, bool resume, int threads, IProgress<MergeProgress>? progress, long together, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        threads = threads > 0 ? threads : Environment.ProcessorCount;
        var run = new RunFolder(plan.Recipe.Output);
        var work = Directory.CreateDirectory(run["model.partial"]).FullName;
        using var journal = MergeJournal.Open(run["progress.jsonl"], plan, resume);
        CheckRoom(plan, work, journal.Done.Count > 0);
        run.WriteRecipe(plan.Recipe.Yaml);
        run.Event("merge", new { plan.Recipe.Method, plan.OutputBytes, threads, resumed = journal.Done.Count });
        var finished = new Dictionary<string, FinishedTensor>();
        try
        {
            using (var files = new ShardFiles(work, plan))
            {
                Keep(plan, files, journal, finished);
                var kept = finished.Count;
                new Writing(plan, files, journal, finished, threads, together, progress, cancel).All();
                progress?.Report(new MergeProgress(plan.OutputBytes, plan.OutputBytes, "flush to disk"));
                files.Flush();
                MergeDocuments.Write(plan, work, run, finished, command, threads);
                journal.Dispose();
                AtomicFile.PutFolder(work, run["model"]);
                File.Delete(journal.FilePath);
                run.Event("merged", new { tensors = plan.Tensors.Count, kept, seconds = watch.Elapsed.TotalSeconds });
                return new MergeOutcome(run["model"], plan.OutputBytes, plan.Tensors.Count, kept, watch.Elapsed.TotalSeconds);
            }
        }
        catch (IOException e) when (IsFull(e, work))
        {
            throw new UserException("XL512", $"{run.Path}: the disk is full ({e.Message.TrimEnd('.')}). No model was put in place. Free {plan.OutputBytes + Reserve:N0} bytes in all and run the same command with --resume.", e);
        }
    }

    private static void CheckRoom(MergePlan plan, string work, bool resumed)
    {
        var there = resumed ? Directory.EnumerateFiles(work).Sum(f => new FileInfo(f).Length) : 0;
        var free = new DriveInfo(work).AvailableFreeSpace;
        if (free + there < plan.OutputBytes + Reserve)
        {
            throw new UserException("XL512", $"{work}: the merged model takes {plan.OutputBytes:N0} bytes, the disk has {free:N0} left. Free some, or choose another 'output'.");
        }
    }

    private static bool IsFull(IOException e, string work) =>
        (e.HResult & 0xFFFF) is 28 or 112 or 122 or 39 || new DriveInfo(work).AvailableFreeSpace < MergePieces.Elements * sizeof(double);

    private static void Keep(MergePlan plan, ShardFiles files, MergeJournal journal, Dictionary<string, FinishedTensor> finished)
    {
        foreach (var tensor in plan.Tensors)
        {
            if (journal.Done.TryGetValue(tensor.Name, out var done) && files.Hash(tensor) == done.Hash)
            {
                finished[tensor.Name] = done;
            }
        }
    }

    private sealed class Writing(
        MergePlan plan,
        ShardFiles files,
        MergeJournal journal,
        Dictionary<string, FinishedTensor> finished,
        int threads,
        long together,
        IProgress<MergeProgress>? progress,
        CancellationToken cancel)
    {
        private readonly MergeMeasures _measures = new(plan, threads);
        private long _written = plan.Tensors.Where(t => finished.ContainsKey(t.Name)).Sum(MergePlan.BytesOf);

        public void All()
        {
            if (finished.Count == plan.Tensors.Count)
            {
                return;
            }

            progress?.Report(new MergeProgress(_written, plan.OutputBytes, "measure"));
            _measures.MeasureModel(cancel);

            // Tensors go together until they fill a window, so that small ones do not wait for each other.
            var batch = new List<TensorPlan>();
            foreach (var tensor in plan.Shards.SelectMany(s => s.Tensors).Where(t => !finished.ContainsKey(t.Name)))
            {
                if (batch.Count > 0 && batch.Sum(t => t.Count) + tensor.Count > together)
                {
                    Write(batch);
                    batch.Clear();
                }

                batch.Add(tensor);
            }

            Write(batch);
        }

        private void Write(List<TensorPlan> tensors)
        {
            var small = tensors.Sum(t => t.Count) <= MergePieces.WindowElements;
            tensors.ForEach(t => _measures.MeasureTensor(t, small, cancel));
            var pieces = tensors.Sum(t => MergePieces.Of(t).Count());
            var hashes = new UInt128[pieces];
            var sources = new UInt128[pieces][];
            MergePieces.Run(plan, tensors, threads, () => new MergeWorkspace(plan, _measures), (workspace, piece, number) =>
            {
                sources[number] = [.. piece.Tensor.Reads.Select(o => HashOf(piece, o))];
                hashes[number] = IsRaw(piece.Tensor) ? Copy(piece, sources[number][0]) : Merge(workspace, piece);
                var bytes = Interlocked.Add(ref _written, (long)piece.Count * Safetensors.ElementSize(piece.Tensor.Type));
                progress?.Report(new MergeProgress(bytes, plan.OutputBytes, piece.Tensor.Name));
            }, _ => { }, cancel);

            var at = 0;
            foreach (var tensor in tensors)
            {
                var count = MergePieces.Of(tensor).Count();
                var of = Enumerable.Range(at, count).ToList();
                var done = new FinishedTensor(
                    tensor.Name,
                    ShardFiles.Joined(of.Select(i => hashes[i])),
                    [.. tensor.Reads.Select((_, k) => ShardFiles.Joined(of.Select(i => sources[i][k])))]);
                finished[tensor.Name] = done;
                journal.Add(done);
                at += count;
            }
        }

        private bool IsRaw(TensorPlan tensor) => tensor.Operation == TensorOperation.Copy
            && plan.Opened[tensor.Operands[0].Source] is var source
            && source.IsAsStored(tensor.Operands[0].Tensor)
            && source.EntryOf(tensor.Operands[0].Tensor).Type == tensor.Type;

        private ReadOnlySpan<byte> Stored(MergePiece piece, Operand operand)
        {
            var source = plan.Opened[operand.Source];
            var size = Safetensors.ElementSize(source.EntryOf(operand.Tensor).Type);
            return source.Bytes(operand.Tensor, piece.First * size, piece.Count * size);
        }

        private UInt128 HashOf(MergePiece piece, Operand operand) => XxHash128.HashToUInt128(Stored(piece, operand));

        private UInt128 Copy(MergePiece piece, UInt128 hash)
        {
            files.Write(piece, Stored(piece, piece.Tensor.Operands[0]));
            return hash;
        }

        private UInt128 Merge(MergeWorkspace workspace, MergePiece piece)
        {
            var bytes = workspace.Merge(piece);
            files.Write(piece, bytes);
            return XxHash128.HashToUInt128(bytes);
        }
    }
}
