using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace CrossLingual.Merging;

/// <summary>A stretch of a tensor.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="First">Index of its first element.</param>
/// <param name="Count">Number of elements.</param>
internal readonly record struct MergePiece(TensorPlan Tensor, long First, int Count);

/// <summary>
/// Cuts tensors into pieces and works on them in windows: within a window threads take pieces as they come; after it the
/// mapped pages that it read are let go. Where the cuts fall depends on the tensors alone, never on the threads.
/// </summary>
internal static class MergePieces
{
    /// <summary>Elements of a piece.</summary>
    public const int Elements = 1 << 18;

    /// <summary>Elements of a window.</summary>
    public const long WindowElements = 64L * Elements;

    /// <summary>The pieces of a tensor.</summary>
    public static IEnumerable<MergePiece> Of(TensorPlan tensor)
    {
        for (long first = 0; first < tensor.Count; first += Elements)
        {
            yield return new MergePiece(tensor, first, (int)Math.Min(Elements, tensor.Count - first));
        }
    }

    /// <summary>Works on the pieces of tensors, in windows.</summary>
    /// <param name="plan">The plan, for its sources.</param>
    /// <param name="tensors">The tensors, in order.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="make">Makes a thread's own state; there are at most as many as threads.</param>
    /// <param name="work">Works on a piece; its number counts from the first tensor.</param>
    /// <param name="close">Takes each state in the end.</param>
    /// <param name="cancel">Stops between pieces.</param>
    /// <param name="keep">Whether the pages stay mapped, because the same pieces are read again at once.</param>
    public static void Run<TState>(
        MergePlan plan,
        IEnumerable<TensorPlan> tensors,
        int threads,
        Func<TState> make,
        Action<TState, MergePiece, int> work,
        Action<TState> close,
        CancellationToken cancel,
        bool keep = false)
    {
        var number = 0;
        var (free, all) = (new ConcurrentBag<TState>(), new ConcurrentBag<TState>());
        foreach (var window in tensors.SelectMany(Of).Select(piece => (Piece: piece, Number: number++)).Chunk((int)(WindowElements / Elements)))
        {
            InParallel(window, threads, Take, (state, item) => work(state, item.Piece, item.Number), free.Add, cancel);
            foreach (var (piece, _) in keep ? [] : window)
            {
                foreach (var operand in piece.Tensor.Reads)
                {
                    plan.Opened[operand.Source].Forget(operand.Tensor, piece.First, piece.Count);
                }
            }
        }

        foreach (var state in all)
        {
            close(state);
        }

        TState Take()
        {
            if (free.TryTake(out var state))
            {
                return state;
            }

            state = make();
            all.Add(state);
            return state;
        }
    }

    private static void InParallel<TItem, TState>(IEnumerable<TItem> items, int threads, Func<TState> make, Action<TState, TItem> work, Action<TState> close, CancellationToken cancel)
    {
        try
        {
            Parallel.ForEach(
                Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
                make,
                (item, _, state) =>
                {
                    work(state, item);
                    return state;
                },
                close);
        }
        catch (AggregateException e)
        {
            // What one thread met is what happened.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
