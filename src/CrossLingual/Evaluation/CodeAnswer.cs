using System.Text.RegularExpressions;
using CrossLingual.Data;

namespace CrossLingual.Evaluation;

/// <summary>
/// What of a model's answer is the program. Models explain, put code between fences, repeat the signature, and run on after
/// the function; what is kept follows the task's prompt and fits before its tests.
/// <code>
/// fences            the block with the function in it, else the first; else all
/// Python            up to the first line that stands at the margin; a whole program is kept whole
/// C++, Java, C#     of a whole function its body, for C++ the function; up to the brace that the tests count on:
///                   prompt and completion have as many braces open as the tests close
/// </code>
/// Nothing is mended: a brace that the model left out stays out.
/// </summary>
public static partial class CodeAnswer
{
    /// <summary>The completion in an answer.</summary>
    /// <param name="problem">The task.</param>
    /// <param name="answer">What the model wrote.</param>
    public static string Completion(CodeProblem problem, string answer)
    {
        var blocks = Fence().Matches(answer).Select(m => m.Groups[1].Value).ToList();
        var code = blocks.Find(b => problem.EntryPoint.Length > 0 && b.Contains(problem.EntryPoint, StringComparison.Ordinal)) ?? blocks.FirstOrDefault() ?? answer;
        return ProgrammingLanguage.Of(problem.Language) switch
        {
            ProgrammingLanguage.Python => Python(code),
            ProgrammingLanguage.Cpp when Defines(problem, code) is { } => code,
            ProgrammingLanguage.Cpp or ProgrammingLanguage.Java or ProgrammingLanguage.CSharp => Braces(problem, Defines(problem, code) is { } body ? code[body..] : code),
            _ => code,
        };
    }

    /// <summary>Whether what follows cannot change the completion any more.</summary>
    /// <param name="problem">The task.</param>
    /// <param name="answer">What the model has written so far.</param>
    /// <param name="continues">Whether the model goes on from the prompt; one that answers may explain before its code.</param>
    public static bool IsWhole(CodeProblem problem, string answer, bool continues) =>
        ClosedFence().IsMatch(answer) || (continues && !answer.Contains("```", StringComparison.Ordinal) && Completion(problem, answer) is var kept && answer.StartsWith(kept, StringComparison.Ordinal) && kept.Length < answer.Length);

    // A program that begins at the margin is whole; what continues the prompt is indented.
    private static string Python(string code)
    {
        if (WholePython().IsMatch(code))
        {
            return "\n" + code.TrimStart();
        }

        var end = Margin().Match(code, Math.Min(code.Length, code.IndexOf('\n', StringComparison.Ordinal) + 1));
        return end.Success ? code[..end.Index] : code;
    }

    // Where the body of the task's function starts in a text that defines it; null where it does not.
    private static int? Defines(CodeProblem problem, string code)
    {
        var name = problem.EntryPoint.Length > 0 ? problem.EntryPoint : CppToolchain.Signature().Matches(problem.Prompt).LastOrDefault()?.Groups[1].Value ?? "";
        var match = name.Length == 0 ? Match.Empty : Regex.Match(code, $@"(?m)^[^\n/#;={{}}()]*\s{Regex.Escape(name)}\s*\([^;{{}}]*\)[^;{{}}]*\{{", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? match.Index + match.Length : null;
    }

    private static string Braces(CodeProblem problem, string code)
    {
        var open = OpenAfter(problem.Prompt, 0, (_, _) => false).Depth;
        var wanted = -OpenAfter(problem.Test, 0, (_, _) => false).Depth;
        var (at, _) = OpenAfter(code, open, (brace, depth) => brace == '}' && (depth < wanted || (depth == wanted && wanted < open)));
        return at < 0 ? code : code[..(wanted < open ? at + 1 : at)];
    }

    /// <summary>Counts braces outside of comments and quoted texts, until one is the one that is looked for.</summary>
    private static (int At, int Depth) OpenAfter(string code, int depth, Func<char, int, bool> found)
    {
        foreach (Match token in BraceOrSkipped().Matches(code))
        {
            if (token.Value is "{" or "}")
            {
                depth += token.Value == "{" ? 1 : -1;
                if (found(token.Value[0], depth))
                {
                    return (token.Index, depth);
                }
            }
        }

        return (-1, depth);
    }

    [GeneratedRegex(@"(?s)```[^\n`]*\n(.*?)(?:\n[ \t]*```|\z)")]
    private static partial Regex Fence();

    // Tokenizers begin an answer with a space of their own.
    [GeneratedRegex(@"\A\s*^ ?(?:async\s|def\s|import\s|from\s|class\s|@|#)(?s:.*)^ ?(?:async\s+)?def\s+\w+\s*\(|\A\s*^ ?(?:async\s+)?def\s+\w+\s*\(", RegexOptions.Multiline)]
    private static partial Regex WholePython();

    [GeneratedRegex(@"(?s)```[^\n`]*\n.*?\n[ \t]*```")]
    private static partial Regex ClosedFence();

    [GeneratedRegex(@"(?m)^[^\s]")]
    private static partial Regex Margin();

    [GeneratedRegex("""//[^\n]*|/\*(?s:.*?)(?:\*/|\z)|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'|[{}]""")]
    private static partial Regex BraceOrSkipped();
}
