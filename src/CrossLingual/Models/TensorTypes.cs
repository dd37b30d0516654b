using static TorchSharp.torch;

namespace CrossLingual.Models;

/// <summary>The spellings of an element type: safetensors' (<c>BF16</c>), Hugging Face's (<c>bfloat16</c>), TorchSharp's.</summary>
public static class TensorTypes
{
    private static readonly (string Stored, string Named, ScalarType Type)[] Known =
    [
        ("F64", "float64", ScalarType.Float64),
        ("F32", "float32", ScalarType.Float32),
        ("F16", "float16", ScalarType.Float16),
        ("BF16", "bfloat16", ScalarType.BFloat16),
        ("I64", "int64", ScalarType.Int64),
        ("I32", "int32", ScalarType.Int32),
        ("I16", "int16", ScalarType.Int16),
        ("I8", "int8", ScalarType.Int8),
        ("U8", "uint8", ScalarType.Byte),
        ("BOOL", "bool", ScalarType.Bool),
    ];

    /// <summary>The type that a safetensors header spells.</summary>
    public static ScalarType FromStored(string stored) => Known.First(k => k.Stored == stored).Type;

    /// <summary>A type as a safetensors header spells it.</summary>
    public static string NameOf(ScalarType type) => Known.First(k => k.Type == type).Stored;

    /// <summary>A type as config.json spells it.</summary>
    public static string ConfigNameOf(ScalarType type) => Known.First(k => k.Type == type).Named;

    /// <summary>Reads a type as config.json or a recipe spells it; null when unknown.</summary>
    public static ScalarType? FromConfigName(string name) =>
        name switch
        {
            "bf16" => ScalarType.BFloat16,
            "f16" or "fp16" => ScalarType.Float16,
            "f32" or "fp32" or "float" => ScalarType.Float32,
            _ => Array.Find(Known, k => k.Named == name) is { Named: not null } known ? known.Type : null,
        };
}
