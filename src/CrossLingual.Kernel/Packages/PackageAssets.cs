using System.Text.Json.Nodes;

namespace CrossLingual.Kernel.Packages;

/// <summary>The files of restored packages and of all that they stand on.</summary>
/// <param name="Versions">Version of each package, by name.</param>
/// <param name="Compile">What the compiler reads.</param>
/// <param name="Runtime">Assemblies that run.</param>
/// <param name="Native">Native libraries for this machine.</param>
internal sealed record PackageAssets(
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyList<string> Compile,
    IReadOnlyList<string> Runtime,
    IReadOnlyList<string> Native)
{
    /// <summary>Reads the project.assets.json that a restore wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runtime">The machine's identifier, as in <c>linux-x64</c>.</param>
    /// <returns>The files; null where one of them is not there any more.</returns>
    public static PackageAssets? Read(string path, string runtime)
    {
        var document = JsonNode.Parse(File.ReadAllText(path))!;
        string[] folders = [.. document["packageFolders"]!.AsObject().Select(folder => folder.Key)];
        var target = document["targets"]!.AsObject().Single(t => t.Key.EndsWith("/" + runtime, StringComparison.Ordinal)).Value!.AsObject();
        var versions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var files = new Dictionary<string, List<string>> { ["compile"] = [], ["runtime"] = [], ["native"] = [] };
        foreach (var (name, library) in target.Where(library => (string?)library.Value!["type"] == "package"))
        {
            var (id, version) = (name[..name.IndexOf('/', StringComparison.Ordinal)], name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            versions[id] = version;
            foreach (var (kind, list) in files)
            {
                // A file named _._ says that there is nothing for this platform on purpose.
                foreach (var (file, _) in (library![kind] as JsonObject ?? []).Where(file => Path.GetFileName(file.Key) != "_._"))
                {
                    var place = (string)document["libraries"]![name]!["path"]!;
                    var found = folders.Select(folder => Path.GetFullPath(Path.Combine(folder, place, file))).FirstOrDefault(File.Exists);
                    if (found is null)
                    {
                        return null;
                    }

                    list.Add(found);
                }
            }
        }

        return new PackageAssets(versions, files["compile"], files["runtime"], files["native"]);
    }
}
