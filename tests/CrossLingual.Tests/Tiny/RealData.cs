namespace CrossLingual.Tests.Tiny;

/// <summary>Public data that stands beside a checkout and is never part of it; tests that need it skip where it is absent.</summary>
public static class RealData
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string Path(params string[] parts)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine([RepositoryRoot, "..", "shared", "data", .. parts]));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"real data is absent: ../shared/data/{string.Join('/', parts)}");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "CrossLingual.Notebooks.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside a checkout.");
    }
}
