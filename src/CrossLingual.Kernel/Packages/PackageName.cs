using System.Text.RegularExpressions;

namespace CrossLingual.Kernel.Packages;

/// <summary>A NuGet package that a cell asks for.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version, or null for the newest that is no preview.</param>
internal sealed partial record PackageName(string Id, string? Version)
{
    /// <summary>Whether what it stands for never changes.</summary>
    public bool IsExact => Version is not null && !Version.Contains('*', StringComparison.Ordinal);

    /// <summary>Reads what stands behind <c>nuget:</c>.</summary>
    /// <exception cref="UserException">XL712: it is no package name with a version.</exception>
    public static PackageName Parse(string text, int line) => Form().Match(text.Trim()) is { Success: true } match
        ? new PackageName(match.Groups["id"].Value, match.Groups["version"] is { Success: true } version ? version.Value : null)
        : throw new UserException("XL712", $"Line {line}: 'nuget:{text}' names no package. Write #r \"nuget: Name, Version\", as in #r \"nuget: Humanizer, 2.14.1\"; without the version the newest that is no preview is taken.");

    /// <inheritdoc/>
    public override string ToString() => Version is null ? Id : $"{Id} {Version}";

    // A version is exact, floating (1.2.*) or a range ([1.0,2.0)).
    [GeneratedRegex(@"^(?<id>[\p{L}\p{Nd}_][\p{L}\p{Nd}_.\-]*)\s*([,/]\s*(?<version>\d[\w.+*\-]*|[\[(][\w.,+\-\s]*[\])]))?$")]
    private static partial Regex Form();
}
