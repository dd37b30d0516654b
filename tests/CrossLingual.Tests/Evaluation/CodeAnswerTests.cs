using CrossLingual.Data;
using CrossLingual.Evaluation;

namespace CrossLingual.Tests.Evaluation;

public class CodeAnswerTests
{
    private static readonly CodeProblem Python = new("p", "def add(a, b):\n    \"\"\" Sum. \"\"\"\n", "", "add", "python");
    private static readonly CodeProblem Cpp = new("c", "#include <x>\n// a map like {1\nint add(int a, int b) {\n", "}\nint main() { assert(add(1, 2) == 3); }", "", "cpp");
    private static readonly CodeProblem CSharp = new("s", "namespace S\n{\n    public class P\n    {\n        public static int Add (int a, int b)\n        {", "\n        public static void Main(string[] args) { }\n    }\n}", "Add", "csharp");

    [Theory]
    [InlineData("    return a + b\n", "    return a + b\n")]
    [InlineData("    return a + b\n\nprint(add(1, 2))\n", "    return a + b\n\n")]
    [InlineData("    if a:\n        return b\n\n    return a\n# done", "    if a:\n        return b\n\n    return a\n")]
    [InlineData("Here it is:\n```python\nimport math\n\ndef add(a, b):\n    return a + b\n\nK = 1\n```\nIt adds.", "\nimport math\n\ndef add(a, b):\n    return a + b\n\nK = 1")]
    [InlineData("```\nx\n```\n```python\ndef add(a, b): return a\n```", "\ndef add(a, b): return a")]
    [InlineData("```python\ndef add(a, b):\n    return a", "\ndef add(a, b):\n    return a")]   // cut off at the most tokens
    [InlineData(" def add(a, b):\n    return a + b", "\ndef add(a, b):\n    return a + b")]   // a tokenizer's space
    [InlineData(" import math\n\n\ndef add(a, b):\n    return a + b", "\nimport math\n\n\ndef add(a, b):\n    return a + b")]
    [InlineData("    def inner(x):\n        return x\n    return inner(a) + b\n", "    def inner(x):\n        return x\n    return inner(a) + b\n")]
    [InlineData("", "")]
    public void Python_EndsAtTheMargin(string answer, string completion) => Assert.Equal(completion, CodeAnswer.Completion(Python, answer));

    [Theory]
    [InlineData("    if (a) { return a + b; }\n    return b;\n}\nint other() { }", "    if (a) { return a + b; }\n    return b;\n")]
    [InlineData("    return '}' + b; // }\n    /* } */ }", "    return '}' + b; // }\n    /* } */ ")]
    [InlineData("```cpp\nint add(int a, int b) {\n    return a + b;\n}\n```", "int add(int a, int b) {\n    return a + b;\n}")]
    public void Cpp_LeavesTheBraceThatTheTestsClose(string answer, string completion) => Assert.Equal(completion, CodeAnswer.Completion(Cpp, answer));

    [Theory]
    [InlineData("\n            return a + b;\n        }\n    }\n}", "\n            return a + b;\n        }")]
    [InlineData("var s = \"}\"; if (a > 0) { return b; } return a; } }", "var s = \"}\"; if (a > 0) { return b; } return a; }")]
    [InlineData("```csharp\npublic class P\n{\n    public static int Add(int a, int b)\n    {\n        return a + b;\n    }\n}\n```", "\n        return a + b;\n    }")]
    public void CSharp_ClosesTheFunctionAndNoMore(string answer, string completion) => Assert.Equal(completion, CodeAnswer.Completion(CSharp, answer));

    [Theory]
    [InlineData("    return a", false)]
    [InlineData("    return a\n\nprint(1)", true)]
    [InlineData("Here:\n```python\ndef add(a, b):\n    return a", false)]
    [InlineData("```python\ndef add(a, b):\n    return a\n```\nIt", true)]
    [InlineData("def add(a, b):\n    return a\n\ndef more():\n    pass\n", false)]
    public void Writing_StopsWhenNothingCanChange(string answer, bool whole) => Assert.Equal(whole, CodeAnswer.IsWhole(Python, answer, continues: true));

    [Fact]
    public void Explanations_AreNoEnd() => Assert.False(CodeAnswer.IsWhole(Python, "Sure!\nHere it is:\n", continues: false));
}
