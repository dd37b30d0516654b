using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>
/// The process in which cells run. It hears from its <see cref="KernelGuard"/> on standard input and tells it on a pipe
/// which cell runs; when the guard is gone, it ends.
/// </summary>
public static class KernelWorker
{
    /// <summary>The guard asks to interrupt the running cell.</summary>
    internal const string Interrupt = "interrupt";

    /// <summary>The guard asks to end.</summary>
    internal const string End = "end";

    /// <summary>The worker ends because it was asked to.</summary>
    internal const string Finished = "finished";

    /// <summary>Serves the front end until it asks for shutdown.</summary>
    /// <param name="file">The connection file.</param>
    /// <param name="pipe">Name of the guard's pipe.</param>
    /// <exception cref="UserException">XL710: the connection cannot be served.</exception>
    public static void Run(string file, string pipe)
    {
        // The compiler is slow the first time; meanwhile the sockets are made, and the front end asks who we are.
        var session = Task.Run(() => CellSession.Start(Environment.CurrentDirectory));
        using var news = new StreamWriter(new AnonymousPipeClientStream(PipeDirection.Out, pipe)) { AutoFlush = true };
        var input = Console.In;

        // A terminal tells its whole group; the guard passes it on.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var kernel = new JupyterKernel(ConnectionFile.Read(file), session, Console.Error.WriteLine, running =>
        {
            lock (news)
            {
                news.WriteLine(running?.Header.ToJsonString());
            }
        });
        new Thread(() =>
        {
            string? word;
            while ((word = input.ReadLine()) is not null and not End)
            {
                if (word == Interrupt)
                {
                    kernel.Interrupt();
                }
            }

            kernel.Stop();
        })
        { IsBackground = true, Name = "guard" }.Start();
        news.WriteLine();
        kernel.Run();
        lock (news)
        {
            news.WriteLine(Finished);
        }

        // A cell that heeds nothing must not keep the process alive.
        Environment.Exit(0);
    }
}
