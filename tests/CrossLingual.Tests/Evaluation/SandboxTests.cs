using System.Diagnostics;
using CrossLingual.Data;
using CrossLingual.Evaluation;

namespace CrossLingual.Tests.Evaluation;

/// <summary>Programs that mean harm, or come to it: each is tried, and held.</summary>
public sealed class SandboxTests
{
    private static readonly Lazy<Sandbox> Shared = new(() => new Sandbox());
    private static readonly CodeProblem Task = new("t/0", "", "def check(f):\n    assert f() == 4\n", "f", "python");

    private static Sandbox Isolated
    {
        get
        {
            Assert.SkipUnless(Shared.Value.Isolation == Isolation.Namespaces, $"namespaces are refused here: {Shared.Value.Refusal}");
            Assert.SkipUnless(new PythonToolchain().Missing.Length == 0, new PythonToolchain().Missing);
            return Shared.Value;
        }
    }

    [Theory]
    [InlineData("while True: pass", ProgramOutcome.TimedOut)]
    [InlineData("import time; time.sleep(1000)", ProgramOutcome.TimedOut)]
    [InlineData("import signal\n    for s in range(1, 32):\n        try: signal.signal(s, signal.SIG_IGN)\n        except (OSError, ValueError): pass\n    while True: pass", ProgramOutcome.TimedOut)]
    [InlineData("while True: print('x' * 10000)", ProgramOutcome.TooMuchOutput)]
    [InlineData("import sys\n    while True: sys.stderr.write('x' * 10000)", ProgramOutcome.TooMuchOutput)]
    [InlineData("a = []\n    while True: a.append(bytearray(1 << 24))", ProgramOutcome.OutOfMemory)]
    [InlineData("import os; os.kill(os.getpid(), 11)", ProgramOutcome.RuntimeError)]
    [InlineData("import os\n    try: os.kill(-1, 9)\n    except OSError: pass\n    return 4", ProgramOutcome.Passed)]   // nobody else is there
    [InlineData("import os\n    for p in (1, os.getppid()):\n        try: os.kill(p, 9)\n        except PermissionError: pass\n    return 4", ProgramOutcome.Passed)]
    [InlineData("import sys; sys.exit(0)", ProgramOutcome.RuntimeError)]
    [InlineData("import os; os._exit(0)", ProgramOutcome.RuntimeError)]
    [InlineData("return f()", ProgramOutcome.RuntimeError)]
    [InlineData("return 5", ProgramOutcome.WrongAnswer)]
    [InlineData("import socket; socket.create_connection(('127.0.0.1', 1))", ProgramOutcome.RuntimeError)]
    [InlineData("import socket\n    try: socket.create_connection(('192.0.2.1', 80), 5)\n    except OSError as e: return 4 if e.errno == 101 else 0", ProgramOutcome.Passed)]
    [InlineData("import os; return 4 if len([p for p in os.listdir('/proc') if p.isdigit()]) <= 3 else 0", ProgramOutcome.Passed)]
    [InlineData("import os; return 4 if os.listdir('.') == [] and set(os.environ) <= {'PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_CTYPE', 'OMP_NUM_THREADS', 'PYTHONHASHSEED', 'PWD', 'OLDPWD', '_', 'SHLVL'} else 0", ProgramOutcome.Passed)]
    [InlineData("open('/proc/self/oom_score_adj').read(); open('mine', 'w').write('x'); return 4", ProgramOutcome.Passed)]
    public async Task Programs_EndAsTheyDeserve(string body, ProgramOutcome outcome) => Assert.Equal(outcome, (await Run(body)).Outcome);

    [Fact]
    public async Task ForkBombs_StayInTheirRoom()
    {
        var watch = Stopwatch.StartNew();
        Assert.Equal(ProgramOutcome.TimedOut, (await Run("import os\n    while True:\n        try: os.fork()\n        except OSError: pass")).Outcome);
        var counted = await Run("import os\n    n = 0\n    try:\n        while True:\n            if os.fork() == 0: import time; time.sleep(1000)\n            n += 1\n    except OSError: pass\n    return 4 if 10 < n < 40 else n");
        Assert.Equal((ProgramOutcome.Passed, ""), (counted.Outcome, counted.Detail));

        // The shell's, whose processes all carry the word.
        var word = $"xling{Guid.NewGuid():N}";
        var folder = Directory.CreateTempSubdirectory("xling-bomb-").FullName;
        await Isolated.RunAsync(folder, ["/bin/sh", "-c", $": {word}; b() {{ b | b & b; }}; b"], new SandboxLimits { CpuSeconds = 1, Wall = TimeSpan.FromSeconds(5) });
        Directory.Delete(folder, recursive: true);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
        Assert.Empty(Alive(word));
    }

    [Fact]
    public async Task Files_AreWrittenInTheDirectoryAlone()
    {
        var marker = Path.Combine(Path.GetTempPath(), $"xling-outside-{Guid.NewGuid():N}");
        var result = await Run($"""
            import os
                for place in ('{marker}', '/etc/x', '/usr/x', '/x', '/dev/x', '/dev/shm/x', '/var/tmp/x', os.path.expanduser('~root/x'), '../x', __file__):
                    try:
                        open(place, 'a').write('x')
                        return place
                    except OSError: pass
                try:
                    with open('big', 'w') as f:
                        while True: f.write('x' * 100000)
                except OSError: pass
                size = os.path.getsize('big')
                n = 0
                try:
                    while n < 100:
                        with open(str(n), 'w') as f: f.write('x' * (8 << 20))
                        n += 1
                except OSError: pass
                return 4 if size <= 16 << 20 and n < 10 else (size, n)
            """);
        Assert.Equal((ProgramOutcome.Passed, ""), (result.Outcome, result.Detail));
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public async Task Privileges_CannotBeWonBack()
    {
        var result = await Run("""
            import ctypes, os, subprocess
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.mount(b'none', b'/', b'', 4096 | 32, None) == 0: return 'remounted'
                if libc.chroot(b'.') == 0: return 'chroot'
                if libc.setuid(0) == 0 and os.getuid() == 0 and open('/proc/self/status').read().find('CapEff:\t0000000000000000') < 0: return 'root'
                if libc.unshare(0x10000000 | 0x00020000) == 0 and libc.mount(b'none', b'/', b'', 4096 | 32, None) == 0: return 'remounted in a room of its own'
                return 4 if 'CapBnd:\t0000000000000000' in open('/proc/self/status').read() or os.getuid() else 'capabilities'
            """);
        Assert.Equal((ProgramOutcome.Passed, ""), (result.Outcome, result.Detail));
    }

    [Fact]
    public async Task ChildrenThatGoAway_EndWithTheirProgram()
    {
        var word = $"xling{Guid.NewGuid():N}";
        var watch = Stopwatch.StartNew();
        Assert.Equal(ProgramOutcome.Passed, (await Run($"import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)', '{word}'], start_new_session=True); return 4")).Outcome);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
        Assert.Empty(Alive(word));
    }

    [Fact]
    public async Task Cancelling_EndsTheProgram()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PythonToolchain().RunAsync(Isolated, Task, "def f():\n    while True: pass\n", cancel.Token));
    }

    [Fact]
    public async Task WithoutNamespaces_LimitsHoldAndItIsSaid()
    {
        Assert.SkipUnless(new PythonToolchain().Missing.Length == 0, new PythonToolchain().Missing);
        var sandbox = new Sandbox(Isolation.Limits);
        Assert.Equal(Isolation.Limits, sandbox.Isolation);
        foreach (var (body, outcome) in new[] { ("return 4", ProgramOutcome.Passed), ("while True: pass", ProgramOutcome.TimedOut), ("while True: print('x' * 10000)", ProgramOutcome.TooMuchOutput), ("bytearray(1 << 32)", ProgramOutcome.OutOfMemory) })
        {
            Assert.Equal(outcome, (await Quick(8).RunAsync(sandbox, Task, $"def f():\n    {body}\n")).Outcome);
        }
    }

    private static Task<ProgramResult> Run(string body) =>
        Quick(body.Contains("sleep(1000)", StringComparison.Ordinal) ? 3 : 8).RunAsync(Isolated, Task, $"def f():\n    {body}\n");

    // Processes with a word among their arguments; a moment is given to the kernel to end them.
    private static List<string> Alive(string word)
    {
        for (var tries = 0; ; tries++)
        {
            var found = Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Where(d => CommandLine(d).Contains(word, StringComparison.Ordinal)).ToList();
            if (found.Count == 0 || tries == 50)
            {
                return found;
            }

            Thread.Sleep(100);
        }

        static string CommandLine(string process)
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    private static PythonToolchain Quick(int wall) => new(new SandboxLimits { CpuSeconds = 1, Wall = TimeSpan.FromSeconds(wall), MemoryMiB = 512 });
}
