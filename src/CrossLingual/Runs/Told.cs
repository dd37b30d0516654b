namespace CrossLingual.Runs;

/// <summary>Progress that calls an action at once and on the caller's thread, which <see cref="Progress{T}"/> does not.</summary>
/// <param name="tell">What to call.</param>
public sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => tell(value);
}
