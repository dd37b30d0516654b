using System.Text;
using CrossLingual.Data;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Data;

public class AlpacaReaderTests
{
    private const string Two = """
        [
          {"instruction": "Suma.", "input": "2, 3", "output": "5"},
          {"instruction": "¿Qué es «árbol» en 中文?", "output": "树"}
        ]
        """;

    [Fact]
    public void Array_IsRead()
    {
        var examples = Read("pairs.json", Two);
        Assert.Equal(("pairs-1", "es", "Suma.", "2, 3", "5"), Fields(examples[0]));
        Assert.Equal(("pairs-2", "es", "¿Qué es «árbol» en 中文?", "", "树"), Fields(examples[1]));
        Assert.Equal(2, examples.Count);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\n\n  \n")]
    public void Lines_AreRead(string between)
    {
        var examples = Read("pairs.jsonl", string.Join(between, """{"instruction": "a", "output": "1"}""", """{"instruction": "b", "input": "", "output": "2"}""", ""));
        Assert.Equal(["a", "b"], examples.Select(e => e.Instruction));
        Assert.Equal(["1", "2"], examples.Select(e => e.Output));
    }

    [Theory]
    [InlineData("pairs.json", Two)]
    [InlineData("pairs.jsonl", """{"instruction": "Suma.", "output": "5"}""")]
    public void ByteOrderMark_IsNotText(string name, string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(0xEF, File.ReadAllBytes(folder[name])[0]);
        Assert.Equal("Suma.", AlpacaReader.Read(folder[name], "es").First().Instruction);
    }

    [Fact]
    public void OtherNames_AreMapped()
    {
        var example = Read("x.jsonl", """{"frage": "f", "stoff": "s", "antwort": "a", "instruction": "no"}""", new AlpacaFields("frage", "stoff", "antwort")).Single();
        Assert.Equal(("x-1", "es", "f", "s", "a"), Fields(example));
    }

    [Fact]
    public void Numbers_AreTextAsTheyStand()
    {
        var examples = Read("x.jsonl", """
            {"id": 7, "instruction": "a", "output": 42}
            {"id": "q-8", "instruction": "b", "output": 1.50}
            """);
        Assert.Equal(["7", "q-8"], examples.Select(e => e.Id));
        Assert.Equal(["42", "1.50"], examples.Select(e => e.Output));
    }

    [Theory]
    [InlineData("x.jsonl", "{\"instruction\": \"a\", \"output\": \"1\"}\n\n{\"instruction\": oops}", ":3: not JSON")]
    [InlineData("x.json", "[\n{\"instruction\": \"a\", \"output\": \"1\"},\n{\"instruction\": oops}]", ":3: not JSON")]
    [InlineData("x.json", "[{\"instruction\": \"a\", \"output\": \"1\"}", ":1: not JSON")]
    [InlineData("x.jsonl", "{\"instruction\": \"a\", \"output\": \"1\"}\n5", ", line 2: a record must be an object")]
    [InlineData("x.json", "[[]]", ", record 1: a record must be an object")]
    [InlineData("x.jsonl", "{\"instruction\": \"a\", \"output\": \"1\"}\n{\"prompt\": \"a\", \"answer\": \"1\"}", ", line 2: the text 'instruction' is missing; the record has: prompt, answer.")]
    [InlineData("x.json", "[{\"instruction\": \"a\", \"output\": null}]", ", record 1: the text 'output' is missing; the record has: instruction, output.")]
    [InlineData("x.json", "[{\"instruction\": \"a\", \"output\": [\"1\"]}]", ", record 1: the text 'output' is missing")]
    [InlineData("x.jsonl", "{\"instruction\": \"\\ud83d\", \"output\": \"1\"}", ", line 1: ")]
    [InlineData("x.json", "[{\"instruction\": \"\\ud83d\", \"output\": \"1\"}]", ", record 1: ")]
    public void BadRecord_IsNamedWithItsPlace(string name, string text, string says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], text);
        var error = Assert.Throws<UserException>(() => AlpacaReader.Read(folder[name], "es").ToList());
        Assert.StartsWith($"XL131 {folder[name]}{says}", error.Message);
        Assert.DoesNotContain("LineNumber", error.Message);
    }

    [Theory]
    [InlineData("x.jsonl", "")]
    [InlineData("x.json", "[")]
    public void TextThatIsNotUtf8_IsNamed(string name, string start)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[name], [.. Encoding.UTF8.GetBytes(start), .. "{\"instruction\": \"caf"u8, 0xE9, .. "\", \"output\": \"1\"}"u8, .. start.Length > 0 ? "]"u8 : []]);
        var error = Assert.Throws<UserException>(() => AlpacaReader.Read(folder[name], "es").ToList());
        Assert.StartsWith($"XL131 {folder[name]}", error.Message);
        Assert.Contains("UTF-8", error.Message);
    }

    [Fact]
    public void AbsentFile_IsNamed() => Assert.StartsWith("XL130 Data file nowhere.json", Assert.Throws<UserException>(() => AlpacaReader.Read("nowhere.json", "es")).Message);

    private static List<Example> Read(string name, string text, AlpacaFields? fields = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], text);
        return [.. AlpacaReader.Read(folder[name], "es", fields)];
    }

    private static (string Id, string Language, string Instruction, string Input, string Output) Fields(Example e) => (e.Id, e.Language, e.Instruction, e.Input, e.Output);
}
