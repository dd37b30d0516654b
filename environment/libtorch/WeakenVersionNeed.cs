using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Sets VER_FLG_WEAK on one entry of a library's .gnu.version_r section, so that the dynamic loader accepts a system
/// library that lacks the version. Idempotent; the file keeps its size and time stamp, so that incremental copies
/// leave it alone.
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    public string File { get; set; }

    public string Version { get; set; }

    public override bool Execute()
    {
        var system = new[] { "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib", "/lib/aarch64-linux-gnu" }
            .Select(folder => Path.Combine(folder, "libstdc++.so.6"))
            .FirstOrDefault(System.IO.File.Exists);
        if (system != null && Contains(System.IO.File.ReadAllBytes(system), Version))
        {
            return true;
        }

        var bytes = System.IO.File.ReadAllBytes(File);
        var entry = FindEntry(bytes);
        if (entry < 0)
        {
            Log.LogMessage(MessageImportance.Low, "{0} does not need {1}.", File, Version);
            return true;
        }

        var flags = BitConverter.ToUInt16(bytes, entry + 4);
        if ((flags & WeakFlag) != 0)
        {
            return true;
        }

        BitConverter.GetBytes((ushort)(flags | WeakFlag)).CopyTo(bytes, entry + 4);
        var stamp = System.IO.File.GetLastWriteTimeUtc(File);
        var temporary = File + ".patching";
        System.IO.File.WriteAllBytes(temporary, bytes);
        System.IO.File.Delete(File);
        System.IO.File.Move(temporary, File);
        System.IO.File.SetLastWriteTimeUtc(File, stamp);
        Log.LogMessage(
            MessageImportance.High,
            "{0}: {1} marked optional in this copy, because the system's libstdc++ is older than GCC 13's.",
            Path.GetFileName(File),
            Version);
        return true;
    }

    // Elf64_Verneed: version u16, count u16, file u32, aux u32, next u32. Elf64_Vernaux: hash u32, flags u16, other u16, name u32, next u32.
    private int FindEntry(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            return -1;
        }

        var sections = (int)BitConverter.ToUInt64(elf, 0x28);
        var size = BitConverter.ToUInt16(elf, 0x3a);
        var count = BitConverter.ToUInt16(elf, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = sections + (i * size);
            if (BitConverter.ToUInt32(elf, header + 4) != VersionNeedSection)
            {
                continue;
            }

            var strings = (int)BitConverter.ToUInt64(elf, sections + ((int)BitConverter.ToUInt32(elf, header + 40) * size) + 24);
            var need = (int)BitConverter.ToUInt64(elf, header + 24);
            while (true)
            {
                var aux = need + (int)BitConverter.ToUInt32(elf, need + 8);
                for (int k = BitConverter.ToUInt16(elf, need + 2); k > 0; k--)
                {
                    if (TextAt(elf, strings + (int)BitConverter.ToUInt32(elf, aux + 8)) == Version)
                    {
                        return aux;
                    }

                    aux += (int)BitConverter.ToUInt32(elf, aux + 12);
                }

                var next = (int)BitConverter.ToUInt32(elf, need + 12);
                if (next == 0)
                {
                    break;
                }

                need += next;
            }
        }

        return -1;
    }

    private static string TextAt(byte[] bytes, int start)
    {
        var end = Array.IndexOf(bytes, (byte)0, start);
        return Encoding.ASCII.GetString(bytes, start, end - start);
    }

    private static bool Contains(byte[] bytes, string text)
    {
        return Encoding.GetEncoding("ISO-8859-1").GetString(bytes).IndexOf(text, StringComparison.Ordinal) >= 0;
    }
}
