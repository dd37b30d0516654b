namespace CrossLingual;

/// <summary>
/// An error that the user can mend: bad input, a missing file, an impossible request. Its message names what is wrong,
/// where, what was found, what is allowed and how to fix it. Programs print it without a stack trace and exit with 2.
/// </summary>
/// <param name="id">Stable identity of the error, such as <c>XL102</c>; all are listed in docs/errors.md.</param>
/// <param name="message">What, where, found, allowed, fix.</param>
/// <param name="inner">The exception behind it, if any.</param>
public sealed class UserException(string id, string message, Exception? inner = null)
    : Exception($"{id} {message}", inner)
{
    /// <summary>Stable identity of the error, such as <c>XL102</c>.</summary>
    public string Id { get; } = id;
}
