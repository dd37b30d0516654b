using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Runs;

namespace CrossLingual.Cli;

/// <summary><c>xling data mask-code FILE --out MASKED</c> and <c>xling data pair-code FILE --translated FILE --language L --out PAIRS</c>.</summary>
internal static class DataCodeCommand
{
    public static Command Mask()
    {
        var (file, output) = (File(), Output("Records with marks for code, to be translated with marks and ids kept."));
        var command = new Command("mask-code", "Take code out of English instructions before they are translated.") { file, output };
        command.SetAction(result =>
        {
            var masked = CodeTranslation.Mask(AlpacaReader.Read(result.GetValue(file)!, "en")).ToList();
            AtomicFile.WriteText(result.GetValue(output)!, string.Concat(masked.Select(l => l + "\n")));
            new Screen(false).Note($"{masked.Count} records in {result.GetValue(output)}.");
            return 0;
        });
        return command;
    }

    public static Command Pair()
    {
        var (file, output) = (File(), Output("Pairs, which 'source: alpaca' with its 'english' side reads."));
        var translated = new Option<string>("--translated") { Description = "The masked records, translated.", Required = true, HelpName = "FILE" };
        var language = new Option<string>("--language") { Description = "Language of the translation.", Required = true, HelpName = "L" };
        var command = new Command("pair-code", "Put code back into translated instructions, and pair them with the English ones.") { file, translated, language, output };
        command.SetAction(result =>
        {
            var screen = new Screen(false);
            var english = AlpacaReader.Read(result.GetValue(file)!, "en").ToList();
            var pairs = CodeTranslation.Pairs(english, result.GetValue(translated)!, result.GetValue(language)!, reason => screen.Note($"left out: {reason}"));
            AtomicFile.WriteText(result.GetValue(output)!, string.Concat(pairs.Select(l => l + "\n")));
            screen.Note($"{pairs.Count} of {english.Count} records in {result.GetValue(output)}.");
            return 0;
        });
        return command;
    }

    private static Argument<string> File() => new("FILE") { Description = "English instructions: Alpaca JSON or JSONL." };

    private static Option<string> Output(string description) => new("--out") { Description = description, Required = true, HelpName = "FILE" };
}
