using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CrossLingual.Runs;

namespace CrossLingual.Kernel.Packages;

/// <summary>
/// Fetches packages as any .NET project does: a project that names them, and <c>dotnet restore</c> with the sources that
/// the user has configured. A set of exact versions is restored once and read from disk from then on; where the packages
/// are in NuGet's own folder already, no network is needed.
/// </summary>
/// <param name="cache">Where the projects lie, a folder for each set.</param>
internal sealed partial class PackageRestore(string cache)
{
    /// <summary>The user's own cache.</summary>
    public static PackageRestore OfUser { get; } = new(Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "CrossLingual.Notebooks", "packages"));

    /// <summary>Restores packages together, so that they agree on what they stand on.</summary>
    /// <param name="packages">The packages.</param>
    /// <param name="folder">Folder whose nuget.config counts, and those above it, beside the user's.</param>
    /// <param name="cancel">Ends the restore.</param>
    /// <exception cref="UserException">XL713 to XL717: a package or version that no source has, a source out of reach, another refusal, no SDK.</exception>
    public async Task<PackageAssets> RestoreAsync(IReadOnlyCollection<PackageName> packages, string folder, CancellationToken cancel)
    {
        var runtime = RuntimeInformation.RuntimeIdentifier;
        var project = Project(packages, folder, runtime);
        var place = Path.Combine(cache, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..16]);
        var assets = Path.Combine(place, "obj", "project.assets.json");
        if (packages.All(p => p.IsExact) && File.Exists(assets) && PackageAssets.Read(assets, runtime) is { } known)
        {
            return known;
        }

        // Two kernels may want the same set: each restores for itself, the first whole one stays.
        var own = $"{place}.{Guid.NewGuid():N}.restoring";
        Directory.CreateDirectory(own);
        try
        {
            var file = Path.Combine(own, "cells.csproj");
            await File.WriteAllTextAsync(file, project, cancel);
            var (code, said) = await RunAsync(own, ["restore", file, "--nologo", "-v", "quiet"], cancel);
            if (code != 0)
            {
                throw Refused(packages, said);
            }

            var found = PackageAssets.Read(Path.Combine(own, "obj", "project.assets.json"), runtime)
                ?? throw new UserException("XL716", $"The packages {Say(packages)} were restored, but files of them are missing in NuGet's folder. Run 'dotnet nuget locals all --clear' and the cell again.");
            AtomicFile.WriteFolder(place, to => Copy(own, to));
            return found;
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    private static string Say(IEnumerable<PackageName> packages) => string.Join(" and ", packages.Select(p => p.ToString()));

    // Files above the project, such as a Directory.Build.props, are not the notebook's affair.
    private static string Project(IEnumerable<PackageName> packages, string folder, string runtime) => new XElement(
        "Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement(
            "PropertyGroup",
            new XElement("TargetFramework", string.Create(CultureInfo.InvariantCulture, $"net{Environment.Version.Major}.{Environment.Version.Minor}")),
            new XElement("RuntimeIdentifier", runtime),
            new XElement("SelfContained", false),
            new XElement("EnableDefaultItems", false),
            new XElement("ImportDirectoryBuildProps", false),
            new XElement("ImportDirectoryBuildTargets", false),
            new XElement("ImportDirectoryPackagesProps", false),
            new XElement("NuGetAudit", false),
            new XElement("RestoreRootConfigDirectory", folder)),
        new XElement("ItemGroup", packages.Select(p => new XElement("PackageReference", new XAttribute("Include", p.Id), new XAttribute("Version", p.Version ?? "*"))))).ToString();

    private static async Task<(int Code, string Said)> RunAsync(string folder, string[] arguments, CancellationToken cancel)
    {
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(File.Exists(beside) ? beside : "dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        // A kernel that the SDK started carries settings of that SDK's build.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Started(start);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserException("XL717", $"'{start.FileName}' cannot be started ({e.Message}). Packages are fetched with the .NET SDK's 'dotnet restore': install the .NET 10 SDK, or reference the assembly by path, #r \"path/to/library.dll\".", e);
        }
    }

    // NuGet's own codes: NU1101 no such package, NU1102 no such version, NU1103 previews only, NU1301 and NU1801 a source out of reach.
    private static UserException Refused(IEnumerable<PackageName> packages, string said)
    {
        var wanted = Say(packages);
        var errors = Error().Matches(said).Select(m => (Code: m.Groups["code"].Value, Text: m.Groups["text"].Value.Trim())).Distinct().ToList();
        var code = errors.Count > 0 ? errors[0].Code : "";

        // One message may go over several lines, each with its code.
        var text = errors.Count > 0 ? string.Join("; ", errors.Where(e => e.Code == code).Select(e => e.Text.TrimStart('-', ' ').TrimEnd('.'))) + "." : said.Trim();
        return code switch
        {
            "NU1101" => new UserException("XL713", $"No source has a package of this name: {text} Check the spelling on nuget.org, or add the source that has it: dotnet nuget add source URL."),
            "NU1102" or "NU1103" => new UserException("XL714", $"No source has this version of {wanted}: {text} Take a version that the message names, or leave the version out for the newest that is no preview."),
            "NU1301" or "NU1801" => new UserException("XL715", $"A package source is out of reach, and NuGet's folder does not hold all of {wanted} yet: {text} Connect to the network, or name a version that this machine has: 'dotnet nuget locals global-packages -l' says where they lie."),
            _ => new UserException("XL716", $"{wanted} could not be restored: {(code.Length > 0 ? $"{code} " : "")}{text}"),
        };
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex(@"error (?<code>NU\d+)\s*:\s*(?<text>.*?)(?=\s*\[[^\[\]]*cells\.csproj\]|$)", RegexOptions.Multiline)]
    private static partial Regex Error();
}
