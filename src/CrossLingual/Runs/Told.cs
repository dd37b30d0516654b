namespace CrossLingual.Runs;

/// <summary>
/// Progress that calls an action at once and on the caller's thread, which <see cref="Progress{T}"/> does not; calls from
/// several threads come one after another.
/// </summary>
/// <param name="tell">What to call.</param>
public sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    private readonly Lock _one = new();

    /// <inheritdoc/>
    public void Report(T value)
    {
        lock (_one)
        {
            tell(value);
        }
    }
}
