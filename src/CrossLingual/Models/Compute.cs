using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>Where and in which type a model computes.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">Type of activations and matrix products.</param>
public sealed partial record Compute(Device Device, ScalarType Type)
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private static bool _tuned;

    /// <summary>Whether this CPU multiplies bfloat16 in hardware (AVX512_BF16 or AMX).</summary>
    /// <remarks>Stands first: the defaults below ask for it.</remarks>
    public static bool CpuHasFastBFloat16 { get; } = DetectBFloat16();

    /// <summary>The first CUDA device if there is one, else the CPU; bfloat16 where products in it are fast.</summary>
    public static Compute Default { get; } = Choose(null, null);

    /// <summary>The CPU in float32, for exact comparisons.</summary>
    public static Compute Exact { get; } = Choose("cpu", ScalarType.Float32);

    /// <summary>Device and type in words, for manifests: <c>cpu bfloat16</c>.</summary>
    public string Name => $"{Device.type} {TensorTypes.ConfigNameOf(Type)}".ToLowerInvariant();

    /// <summary>Chooses a device and a type.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>; null chooses.</param>
    /// <param name="type">Null chooses bfloat16 where it is fast.</param>
    /// <exception cref="UserException">XL320: no such device here.</exception>
    public static Compute Choose(string? device, ScalarType? type)
    {
        Tune();
        var chosen = device ?? (cuda.is_available() ? "cuda" : "cpu");
        if (chosen != "cpu" && !(chosen.StartsWith("cuda", StringComparison.Ordinal) && cuda.is_available()))
        {
            throw new UserException("XL320", $"Device '{chosen}' is not here. Use cpu, or cuda on a machine with a CUDA GPU and a build with -p:Accelerator=cuda.");
        }

        var fast = chosen != "cpu" || CpuHasFastBFloat16;
        return new Compute(torch.device(chosen), type ?? (fast ? ScalarType.BFloat16 : ScalarType.Float32));
    }

    /// <summary>
    /// Before libtorch is loaded: lets glibc keep large blocks instead of returning them to the system after every
    /// tensor (training steps run about a sixth faster), and lets waiting OpenMP threads sleep instead of spin, unless
    /// the user chose otherwise. With another busy program on the machine, spinning made training nine times slower.
    /// </summary>
    private static void Tune()
    {
        if (_tuned || !OperatingSystem.IsLinux())
        {
            return;
        }

        _tuned = true;
        try
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
            _ = MallocOption(MmapThreshold, 1 << 30);
            _ = MallocOption(TrimThreshold, int.MaxValue);
            _ = MallocOption(TopPad, 64 << 20);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: its own policy stands.
        }
    }

    // CPUID leaf 7, subleaf 1: EAX bit 5 is AVX512_BF16; subleaf 0: EDX bit 22 is AMX-BF16.
    private static bool DetectBFloat16() =>
        X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallocOption(int parameter, int value);

    // .NET's own call changes only what .NET sees.
    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
