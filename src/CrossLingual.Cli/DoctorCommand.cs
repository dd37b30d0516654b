using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using CrossLingual.Data;
using CrossLingual.Models;
using Spectre.Console;
using TorchSharp;

namespace CrossLingual.Cli;

/// <summary><c>xling doctor</c>: what this machine has, what is missing and how to get it.</summary>
internal static class DoctorCommand
{
    private const long GiB = 1L << 30;

    public static Command Create()
    {
        var json = Options.Json();
        var command = new Command("doctor", "Show what this machine has and what is missing.") { json };
        command.SetAction(result =>
        {
            var findings = Look();
            new Screen(result.GetValue(json)).Result(findings, console =>
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("", "what", "found", "how to get it");
                foreach (var f in findings)
                {
                    table.AddRow(f.State switch { "ok" => "[green]ok[/]", "optional" => "[yellow]--[/]", _ => "[red]!![/]" }, Markup.Escape(f.What), Markup.Escape(f.Found), Markup.Escape(f.Fix));
                }

                console.Write(table);
            });
            return findings.Exists(f => f.State == "missing") ? 1 : 0;
        });
        return command;
    }

    private static List<Finding> Look()
    {
        var compute = Compute.Default;
        var cuda = torch.cuda.is_available();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var findings = new List<Finding>
        {
            new("ok", ".NET SDK", Version("dotnet", "--version") is { } sdk ? $"{sdk}, runtime {RuntimeInformation.FrameworkDescription}" : RuntimeInformation.FrameworkDescription, ""),
            new("ok", "TorchSharp", typeof(torch).Assembly.GetName().Version!.ToString(3), ""),
            new("ok", "libtorch", torch.__version__, ""),
            new("ok", "device", compute.Device.ToString(), ""),
            cuda
                ? new("ok", "CUDA", $"{torch.cuda.device_count()} device(s)", "")
                : new("optional", "CUDA", "no GPU in use", "with an NVIDIA GPU: build with -p:Accelerator=cuda"),
            cuda || Compute.CpuHasFastBFloat16
                ? new("ok", "bfloat16", $"fast; models compute in {compute.Type}", "")
                : new("optional", "bfloat16", "slow on this CPU; models compute in float32", "a CPU with AVX512_BF16 or AMX, or a GPU"),
            new("ok", "threads", $"{torch.get_num_threads()} of {Environment.ProcessorCount} processors", "OMP_NUM_THREADS changes it"),
            memory >= 4 * GiB
                ? new("ok", "memory", $"{memory / (double)GiB:0.0} GiB", "")
                : new("optional", "memory", $"{memory / (double)GiB:0.0} GiB", "the lab needs about 2 GiB; larger models more"),
            File.Exists(Path.Combine(ModelFolder.PathOf("lab"), "model.safetensors"))
                ? new("ok", "the lab", string.Join(" ", Lab.AllLanguages), "")
                : new("missing", "the lab", "its model is not beside the program", "restore data/lab from the repository and build again"),
        };
        findings.Add(Tool("jupyter", "Jupyter", "to open notebooks in a browser: pip install notebook, or apt-get install jupyter-notebook"));
        findings.Add(Tool("code", "VS Code", "to open notebooks in an editor: code.visualstudio.com, with the Jupyter extension"));
        findings.Add(Tool("git", "git", "to record the commit of a run"));
        return findings;
    }

    private static Finding Tool(string program, string name, string fix) => Version(program, "--version") is { } version
        ? new("ok", name, version, "")
        : new("optional", name, "not found", fix);

    private static string? Version(string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var line = process.StandardOutput.ReadLine();
            process.WaitForExit(5000);
            return line?.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;   // not on the path
        }
    }

    private sealed record Finding(string State, string What, string Found, string Fix);
}
