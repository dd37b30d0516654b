using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossLingual.Evaluation;

/// <summary>
/// Runs programs that nobody has read. Each is a process of its own, without this one's environment and input; what bounds it:
/// <code>
/// prlimit (util-linux)    processor time, memory, size of files, processes, open files, no core file
/// this class              time by the clock, output; then the process is killed
/// unshare (util-linux)    network without devices; only its own processes, which end with it; own mounts, where all there is
///                         is /usr, /etc, a few devices, the toolchain and the program, read-only, and a directory in memory
/// setpriv (util-linux)    no capability, no way to one; under root a user of its own, for the kernel counts root's processes not
/// </code>
/// Memory is bounded by process: the sum is at most that times the number of processes, and the kernel ends these first
/// where all memory is short. Where namespaces are refused, in most containers and outside Linux, <see cref="Isolation"/> says
/// <see cref="Evaluation.Isolation.Limits"/> and why: such programs can reach the network and this user's files, and one that
/// makes a session of its own outlives its end; outside Linux time and output alone are bounded. Nothing here guards against faults of the kernel.
/// </summary>
public sealed class Sandbox
{
    // Arguments: new root, the room's folder, the program's working folder, the user's number or -, then prlimit's arguments.
    private const string Room = """
        set -e
        root=$1 room=$2 box=$3 user=$4; shift 4
        mount -t tmpfs -o size=1m,mode=755 room "$root"
        cd "$root"
        mkdir proc dev old
        while read -r place; do mkdir -p ".$place"; done < "$room/places"
        for link in bin lib lib32 lib64 sbin; do
            if [ -L /$link ]; then ln -s "$(readlink /$link)" $link; fi
        done
        for device in null zero random urandom; do : > dev/$device; done
        mount -a -T "$room/mounts"
        mount -t proc proc proc
        pivot_root . old
        umount -l old
        mount -o remount,bind,ro /
        cd "$box"
        echo 1000 > /proc/self/oom_score_adj
        if [ "$user" = - ]; then
            setpriv --no-new-privs --bounding-set=-all --inh-caps=-all prlimit "$@"
        else
            setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --reuid="$user" --regid="$user" --clear-groups prlimit "$@"
        fi
        """;

    private static readonly string[] Links = ["/bin", "/lib", "/lib32", "/lib64", "/sbin"];
    private static readonly string[] Namespaces = ["--net", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--mount", "--propagation", "private"];
    private static int _users;

    /// <param name="isolation">What is wanted at least; null for whatever the machine allows.</param>
    /// <exception cref="UserException">XL653: the machine does not allow it.</exception>
    public Sandbox(Isolation? isolation = null)
    {
        Refusal = isolation == Evaluation.Isolation.Limits ? "" : Probe();
        Isolation = isolation ?? (Refusal.Length == 0 ? Isolation.Namespaces : Isolation.Limits);
        if (Isolation == Isolation.Namespaces && Refusal.Length > 0)
        {
            throw new UserException("XL653", $"Programs cannot be run in namespaces of their own here: {Refusal} Run them on Linux with util-linux where 'unshare' is allowed, or allow weaker isolation.");
        }
    }

    private Sandbox(string refusal) => (Isolation, Refusal) = (Isolation.Namespaces, refusal);

    /// <summary>What holds the programs.</summary>
    public Isolation Isolation { get; }

    /// <summary>Why there are no namespaces; empty where there are, or where they are not wanted.</summary>
    public string Refusal { get; }

    /// <summary>Runs a process in a program's folder; its working directory is an empty one there, which is gone afterwards.</summary>
    /// <param name="folder">The program's folder.</param>
    /// <param name="command">File and arguments; the file with its full path.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="writes">Whether the folder is written to, by a compiler.</param>
    /// <param name="needs">Folders to see besides /usr and /etc.</param>
    /// <param name="environment">Variables besides PATH, HOME and TMPDIR.</param>
    /// <param name="cancel">Ends the process.</param>
    public async Task<SandboxResult> RunAsync(
        string folder,
        IReadOnlyList<string> command,
        SandboxLimits limits,
        bool writes = false,
        IReadOnlyList<string>? needs = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancel = default)
    {
        var room = Directory.CreateTempSubdirectory("xling-room-").FullName;
        var box = Directory.CreateDirectory(Path.Combine(folder, "box")).FullName;
        try
        {
            var start = Start(room, Path.GetFullPath(folder), box, command, limits, writes, needs ?? []);
            start.Environment.Clear();
            start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
            start.Environment["HOME"] = start.Environment["TMPDIR"] = box;
            start.Environment["LANG"] = "C.UTF-8";
            foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            {
                start.Environment[name] = value;
            }

            return await Finish(start, limits, cancel);
        }
        finally
        {
            Remove(room);
            Remove(box);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private async Task<SandboxResult> Finish(ProcessStartInfo start, SandboxLimits limits, CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var full = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, full.Token);
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = Read(process.StandardOutput.BaseStream, limits.OutputKiB << 10, full);
        var errors = Read(process.StandardError.BaseStream, limits.OutputKiB << 10, full);
        ending.CancelAfter(limits.Wall);
        var late = false;
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            late = !full.IsCancellationRequested;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
        }

        // Without namespaces children may be left: its session's end here, and one of another session may hold the pipes open.
        if (Isolation == Isolation.Limits && OperatingSystem.IsLinux())
        {
            _ = Kill(-process.Id, 9);
        }

        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        var (said, complained) = (Said(output), Said(errors));
        const int outOfCpu = 128 + 24, killed = 128 + 9;

        // A program that does not heed the signal is killed a second later.
        var spent = process.ExitCode == outOfCpu || (process.ExitCode == killed && watch.Elapsed.TotalSeconds >= limits.CpuSeconds);
        return new SandboxResult(
            full.IsCancellationRequested ? SandboxEnd.TooMuchOutput : late || spent ? SandboxEnd.OutOfTime : SandboxEnd.Exited,
            process.ExitCode, said, complained);

        static string Said(Task<byte[]> read) => read.IsCompletedSuccessfully ? Encoding.UTF8.GetString(read.Result) : "";
    }

    private static async Task<byte[]> Read(Stream stream, int most, CancellationTokenSource full)
    {
        var buffer = new byte[most + 1];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length)) is > 0 and var more)
        {
            length += more;
            if (length == buffer.Length)
            {
                await full.CancelAsync();
                break;
            }
        }

        return buffer[..Math.Min(length, most)];
    }

    private ProcessStartInfo Start(string room, string folder, string box, IReadOnlyList<string> command, SandboxLimits limits, bool writes, IReadOnlyList<string> needs)
    {
        long memory = (long)limits.MemoryMiB << 20, file = (long)limits.FileMiB << 20;
        List<string> limited =
        [
            FormattableString.Invariant($"--cpu={limits.CpuSeconds}:{limits.CpuSeconds + 1}"), FormattableString.Invariant($"--data={memory}"), FormattableString.Invariant($"--fsize={file}"),
            FormattableString.Invariant($"--nproc={limits.Processes}"), "--nofile=256", "--core=0",
            .. limits.BoundsAddresses ? [FormattableString.Invariant($"--as={memory + (256L << 20)}")] : Array.Empty<string>(), .. command,
        ];
        if (Isolation == Isolation.Limits)
        {
            return OperatingSystem.IsLinux() ? Redirected(box, "/usr/bin/env", ["setsid", "--wait", "prlimit", .. limited]) : Redirected(box, command[0], command.Skip(1));
        }

        List<string> seen = ["/usr", "/etc", .. needs.Where(n => !n.StartsWith("/usr/", StringComparison.Ordinal)), .. Links.Where(l => Directory.Exists(l) && new DirectoryInfo(l).LinkTarget is null)];
        var root = Directory.CreateDirectory(Path.Combine(room, "root")).FullName;
        var mounts = seen.Select(s => $"{Field(s)} {Field(root + s)} none bind,ro,nosuid,nodev 0 0")
            .Concat(new[] { "null", "zero", "random", "urandom" }.Select(d => $"/dev/{d} {Field(root)}/dev/{d} none bind 0 0"))
            .Append($"{Field(folder)} {Field(root + folder)} none bind,{(writes ? "rw" : "ro")},nosuid,nodev 0 0")
            .Append(FormattableString.Invariant($"box {Field(root + box)} tmpfs size={4 * limits.FileMiB}m,nr_inodes=4096,mode=1777,nosuid,nodev 0 0"));
        File.WriteAllLines(Path.Combine(room, "mounts"), mounts);
        File.WriteAllLines(Path.Combine(room, "places"), seen.Append(folder));
        var isRoot = Environment.IsPrivilegedProcess;
        if (isRoot && writes && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }

        // A number that no user has, another for every room: the kernel counts processes by user.
        var user = isRoot ? FormattableString.Invariant($"{1_000_000_000 + (Environment.ProcessId % 100_000 * 10_000) + (Interlocked.Increment(ref _users) % 10_000)}") : "-";
        return Redirected(room, "/usr/bin/env", [
            "unshare", .. isRoot ? Array.Empty<string>() : ["--user", "--map-root-user"], .. Namespaces, "/bin/sh", "-c", Room, "room", root, room, box, user, .. limited]);

        static string Field(string path) => path.Replace("\\", "\\134", StringComparison.Ordinal).Replace(" ", "\\040", StringComparison.Ordinal).Replace("\t", "\\011", StringComparison.Ordinal);
    }

    /// <summary>Removes a folder; what a program without namespaces locked or still writes to stays where temporary files do.</summary>
    internal static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trace.WriteLine($"{folder} could not be removed: {e.Message}");
        }
    }

    private static ProcessStartInfo Redirected(string folder, string file, IEnumerable<string> arguments) => new(file, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    // Runs nothing, in full isolation; what stands in the way is the system's own words.
    private static string Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "they are Linux's.";
        }

        var folder = Directory.CreateTempSubdirectory("xling-program-").FullName;
        try
        {
            var tried = new Sandbox("").RunAsync(folder, ["/usr/bin/env", "true"], new SandboxLimits()).GetAwaiter().GetResult();
            return tried is { End: SandboxEnd.Exited, ExitCode: 0 } ? "" : tried.Errors.Trim() is { Length: > 0 } errors ? errors : FormattableString.Invariant($"'unshare' ended with {tried.ExitCode}.");
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
        finally
        {
            Remove(folder);
        }
    }

}
