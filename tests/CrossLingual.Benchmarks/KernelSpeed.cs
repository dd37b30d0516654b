using System.Diagnostics;
using System.Globalization;
using CrossLingual.Kernel.Jupyter;

namespace CrossLingual.Benchmarks;

/// <summary>
/// How the kernel feels beside the Python kernel, in turns in one run, so that what else the machine does falls on both.
/// <code>dotnet run -c Release --project tests/CrossLingual.Benchmarks -- kernel [starts] [cells]</code>
/// </summary>
internal static class KernelSpeed
{
    // Megabytes that a thousand cells may add, once a hundred have run.
    private const double Bound = 50;

    public static int Run(string[] args)
    {
        var starts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var cells = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300;
        var kernels = new List<(string Name, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, Func<int, string> Trivial, Func<int, string> Calculating, Func<int, string> Declaring, string Begun)>
        {
            ("C#", [Xling(), "kernel", "run"], KernelSpec.RuntimeSettings, i => $"{i} + 1", i => $"Math.Max({i}, 1)", i => $"var x{i % 10} = {i};", "Console.Wri"),
        };
        if (Python() is { } python)
        {
            kernels.Add(("Python", [python, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f"], new Dictionary<string, string>(), i => $"{i} + 1", i => $"max({i}, 1)", i => $"x{i % 10} = {i}", "prin"));
        }
        else
        {
            Console.WriteLine("The Python kernel is not installed, so there is nothing to compare with: apt-get install python3-ipykernel jupyter-client");
        }

        Console.WriteLine($"{Environment.ProcessorCount} processors, load {(File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown")}; medians (middle half) of {starts} starts, {cells} cells, {cells / 5} completions");
        var start = kernels.ToDictionary(k => k.Name, _ => new List<double>());
        var calculated = kernels.ToDictionary(k => k.Name, _ => new List<double>());
        for (var round = 0; round <= starts; round++)
        {
            foreach (var k in kernels)
            {
                using var trivial = new RunningKernel(k.Command, k.Environment, k.Trivial(1));
                using var calculating = new RunningKernel(k.Command, k.Environment, k.Calculating(2));
                if (round > 0)   // the first one reads the files from the disk
                {
                    start[k.Name].Add(trivial.Start);
                    calculated[k.Name].Add(calculating.Start);
                }
            }
        }

        var running = kernels.Select(k => (Kernel: k, Process: new RunningKernel(k.Command, k.Environment, k.Trivial(1)))).ToList();
        try
        {
            running.ForEach(r => r.Process.Listen());
            var trivial = kernels.ToDictionary(k => k.Name, _ => new List<double>());
            var calculating = kernels.ToDictionary(k => k.Name, _ => new List<double>());
            var declaring = kernels.ToDictionary(k => k.Name, _ => new List<double>());
            var complete = kernels.ToDictionary(k => k.Name, _ => new List<double>());
            for (var i = -20; i < cells; i++)
            {
                foreach (var (kernel, process) in running)
                {
                    var (one, two, three) = (process.Run(kernel.Trivial(i + 20)), process.Run(kernel.Calculating(i + 20)), process.Run(kernel.Declaring(i + 20)));
                    if (i >= 0)   // the first ones warm up
                    {
                        trivial[kernel.Name].Add(one);
                        calculating[kernel.Name].Add(two);
                        declaring[kernel.Name].Add(three);
                        if (i % 5 == 0)
                        {
                            complete[kernel.Name].Add(process.Complete(kernel.Begun));
                        }
                    }
                }
            }

            Console.WriteLine($"{"",-34}{"goal",14}{string.Concat(kernels.Select(k => $"{k.Name,24}"))}");
            Say("start to a trivial cell, ms", "no slower", start);
            Say("start to a calculating cell, ms", "no slower", calculated);
            Say("trivial cell, round trip, ms", "< 5", trivial);
            Say("calculating cell, round trip, ms", "", calculating);
            Say("declaring cell, round trip, ms", "", declaring);
            Say("completion, ms", "< 100", complete);
            if (running[0].Process.Megabytes is not null)
            {
                var grown = running.ToDictionary(r => r.Kernel.Name, r => Growth(r.Process, r.Kernel.Trivial, r.Kernel.Declaring));
                Console.WriteLine($"{"resident before, MB",-34}{"",14}{string.Concat(kernels.Select(k => $"{grown[k.Name].Before,24:0}"))}");
                Console.WriteLine($"{"1,000 more cells add, MB",-34}{$"< {Bound:0}",14}{string.Concat(kernels.Select(k => $"{grown[k.Name].After - grown[k.Name].Before,24:0.0}"))}");
            }

            return 0;
        }
        finally
        {
            running.ForEach(r => r.Process.Dispose());
        }
    }

    private static void Say(string name, string goal, Dictionary<string, List<double>> values) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{goal,14}{string.Concat(values.Values.Select(v => $"{Spread(v),24}"))}"));

    private static string Spread(List<double> values)
    {
        double At(double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));
        return string.Create(CultureInfo.InvariantCulture, $"{At(0.5):0.0} ({At(0.25):0.0}-{At(0.75):0.0})");
    }

    private static (double Before, double After) Growth(RunningKernel kernel, Func<int, string> trivial, Func<int, string> declaring)
    {
        var before = kernel.Megabytes!.Value;
        for (var i = 0; i < 1000; i++)
        {
            kernel.Run(i % 2 == 0 ? trivial(i) : declaring(i));
        }

        return (before, kernel.Megabytes!.Value);
    }

    private static string? Python() => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(python =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import ipykernel"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    // The program as a user builds it, with its machine code, not the copy among the benchmark's own files.
    private static string Xling()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "CrossLingual.Notebooks.sln")))
        {
            root = root.Parent;
        }

        var built = Path.Combine(root?.FullName ?? ".", "src", "CrossLingual.Cli", "bin", "Release");
        var name = OperatingSystem.IsWindows() ? "xling.exe" : "xling";
        return (Directory.Exists(built) ? Directory.EnumerateFiles(built, name, SearchOption.AllDirectories) : []).MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new FileNotFoundException($"{built}: xling is not built. Run 'dotnet build -c Release src/CrossLingual.Cli'.");
    }
}
