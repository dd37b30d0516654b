using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// dotnet run -c Release --project tests/CrossLingual.Benchmarks -- merge
// Merging beside a plain copy of the same bytes, in turns.
if (args is ["merge", .. var rest])
{
    return CrossLingual.Benchmarks.MergeSpeed.Run(rest);
}

// dotnet run -c Release --project tests/CrossLingual.Benchmarks -- kernel
// The notebooks' kernel beside the Python kernel, in turns.
if (args is ["kernel", .. var more])
{
    return CrossLingual.Benchmarks.KernelSpeed.Run(more);
}

// dotnet run -c Release --project tests/CrossLingual.Benchmarks -- --filter '*'
// In this process, because the native library stands beside it.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(7);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).AddJob(job));
return 0;
