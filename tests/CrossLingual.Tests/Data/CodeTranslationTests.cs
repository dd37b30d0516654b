using System.Text.Json;
using CrossLingual.Data;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Data;

public sealed class CodeTranslationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Return the `sum` of is_prime(n).", "Return the ⟦0⟧ of ⟦1⟧.")]
    [InlineData("Write a function.\n```python\ndef f(x):\n    return x  # the same\n```\nIt is short.", "Write a function.\n⟦0⟧\nIt is short.")]
    [InlineData("Is it a palindrome?\n    >>> f('a')\n    True\n    >>> f('ab')\n    False\n\nDo not sort.", "Is it a palindrome?\n⟦0⟧\n⟦1⟧\n\nDo not sort.")]
    [InlineData("def f(xs: List[int]) -> int:\nReturn None if the list is empty, else \"Yes\" or 'No'.", "⟦0⟧\nReturn ⟦1⟧ if the list is empty, else ⟦2⟧ or ⟦3⟧.")]
    [InlineData("For [1, [2, 3]] it's compareOne(a, b(c)) and max_value.", "For ⟦0⟧ it's ⟦1⟧ and ⟦2⟧.")]
    [InlineData("import numbers from the import list", "import numbers from the import list")]
    [InlineData("from typing import List\nWrite it.", "⟦0⟧\nWrite it.")]
    [InlineData("#include <vector>\nint twice(int x) {\nDouble it.", "⟦0⟧\nint ⟦1⟧ {\nDouble it.")]
    [InlineData("def f(x):\n    \"\"\"Double it.\"\"\"", "⟦0⟧\n    ⟦1⟧Double it.⟦2⟧")]
    [InlineData("Call getRow([\n[1,2],\n]) with it.", "Call ⟦0⟧\n⟦1⟧,\n]) with it.")]
    [InlineData("A mark ⟦7⟧ of its own", "A mark ⟦0⟧ of its own")]
    [InlineData("Nothing here is code, e.g. (this) or that.", "Nothing here is code, e.g. (this) or that.")]
    public void CodeIsMaskedAndComesBack(string text, string masked)
    {
        var mask = CodeMask.Of(text);
        Assert.Equal(masked, mask.Text);
        Assert.Equal(text, mask.Restore(mask.Text, "here"));
    }

    [Fact]
    public void TranslationsMayReorderMarksAndMustKeepThem()
    {
        var mask = CodeMask.Of("Return the `sum` of is_prime(n).");
        Assert.Equal("is_prime(n) का `sum` लौटाएँ।", mask.Restore("⟦ 1 ⟧ का ⟦0⟧ लौटाएँ।", "here"));
        foreach (var (lost, what) in new[] { ("⟦0⟧", "⟦1⟧ (is_prime(n)) is missing"), ("⟦0⟧⟦0⟧⟦1⟧", "⟦0⟧ stands 2 times"), ("⟦0⟧⟦1⟧⟦2⟧", "⟦2⟧ is none of the 2"), ("⟦0⟧⟦1⟧⟦99999999999⟧", "is none of the 2") })
        {
            var error = Assert.Throws<UserException>(() => mask.Restore(lost, "f:3"));
            Assert.StartsWith("XL680 f:3: the translation has lost code:", error.Message);
            Assert.Contains(what, error.Message);
        }
    }

    [Fact]
    public void Tasks_OfRealBenchmarksComeBackByteForByte()
    {
        foreach (var file in new[] { "human-eval/HumanEval.jsonl.gz", "mhumaneval/vie_Latn-cpp.json", "humaneval-xl/csharp/English.jsonl" })
        {
            foreach (var problem in CodeFiles.Problems(RealData.Path(file.Split('/'))))
            {
                var mask = CodeMask.Of(problem.Prompt);
                Assert.Equal(problem.Prompt, mask.Restore(mask.Text, problem.Id));
                if (problem.EntryPoint.Length > 0)
                {
                    Assert.DoesNotContain($"{problem.EntryPoint}(", mask.Text.Replace(" (", "(", StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public void Pairs_BecomeChatsWithTheSameCode()
    {
        const string code = "```python\ndef add(a, b):\n    return a + b\n```";
        Example[] english =
        [
            new() { Id = "a", Language = "en", Instruction = "Write `add`.", Output = $"It adds.\n{code}" },
            new() { Id = "b", Language = "en", Instruction = "Use max_value.", Output = "x" },
            new() { Id = "c", Language = "en", Instruction = "y", Output = "x" },
        ];
        var masked = CodeTranslation.Mask(english).ToList();
        Assert.Contains("Write ⟦0⟧.", masked[0]);
        File.WriteAllLines(_folder["t"], [masked[0].Replace("Write", "Escribe", StringComparison.Ordinal).Replace("It adds.", "Suma.", StringComparison.Ordinal), masked[1].Replace("⟦0⟧", "valor_max", StringComparison.Ordinal)]);
        var lost = new List<string>();
        var pairs = CodeTranslation.Pairs(english, _folder["t"], "es", lost.Add);
        Assert.Collection(lost, l => Assert.Contains("max_value", l), l => Assert.Contains("'c' has no translation", l));
        File.WriteAllLines(_folder["p.jsonl"], pairs);
        var target = Assert.Single(AlpacaReader.Read(_folder["p.jsonl"], "es"));
        var original = Assert.Single(AlpacaReader.Read(_folder["p.jsonl"], "en", new AlpacaFields("english_instruction", "english_input", "english_output")));
        Assert.Equal(english[0] with { Language = "en" }, original);
        Assert.True(ChatInstruction.TryFollowUp("es", out var followUp));
        var chat = ChatInstruction.Of(original, target, followUp).Turns.Select(t => t.Text).ToList();
        Assert.StartsWith("Escribe `add`.", chat[0]);
        Assert.StartsWith("Write `add`.", chat[1]);
        Assert.Equal(2, chat.Count(t => t.Contains(code, StringComparison.Ordinal)));
        Assert.Equal($"Suma.\n{code}", chat[^1]);
        File.WriteAllText(_folder["t"], "{\"id\":\"a\",\"instruction\":\"⟦0⟧\"}");
        Assert.StartsWith($"XL681 {_folder["t"]}:1: the text 'output' is missing", Assert.Throws<UserException>(() => CodeTranslation.Pairs(english, _folder["t"], "es", lost.Add)).Message);
        File.WriteAllText(_folder["t"], "{\"id\":\"z\"}");
        Assert.Equal("XL682", Assert.Throws<UserException>(() => CodeTranslation.Pairs(english, _folder["t"], "es", lost.Add)).Id);
        Assert.Equal("a", JsonDocument.Parse(pairs[0]).RootElement.GetProperty("id").GetString());
    }
}
