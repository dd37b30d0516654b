using System.CommandLine;
using CrossLingual.Evaluation;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling generate code --problems FILE… --model DIR</c>.</summary>
internal static class GenerateCodeCommand
{
    public static Command Create()
    {
        var defaults = new CodeSamplerOptions { Model = "", Output = "" };
        var problems = new Option<string[]>("--problems") { Description = "Tasks of HumanEval's form; a file for each language that they are described in.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var model = Options.Model();
        var adapter = new Option<string?>("--adapter") { Description = "LoRA adapter folder (PEFT) for the model.", HelpName = "DIR" };
        var tokenizer = Options.Tokenizer();
        var template = Options.Template();
        var instruction = new Option<string>("--instruction") { Description = "With a template: what is asked, with {prompt} and {language}.", DefaultValueFactory = _ => defaults.Instruction, HelpName = "TEXT" };
        var programs = new Option<int>("--programs") { Description = "Programs of each task; pass@k needs at least k.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var most = new Option<int>("--max-new-tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => 512 };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token." };
        var topP = new Option<double>("--top-p") { Description = "Sample among the tokens that reach this probability.", DefaultValueFactory = _ => 1 };
        var batch = new Option<int>("--batch") { Description = "Programs written together.", DefaultValueFactory = _ => 64 };
        var seed = new Option<int>("--seed") { Description = "Seed of sampling.", DefaultValueFactory = _ => 1 };
        var resume = new Option<bool>("--resume") { Description = "Keep the programs that a stopped run has written." };
        var output = Options.Out();
        var json = Options.Json();
        var command = new Command("code", "Write programs for tasks of HumanEval's form; 'xling score code' runs them.") { problems, model, adapter, tokenizer, template, instruction, programs, most, temperature, topP, batch, seed, resume, output, json };
        command.SetAction((result, cancel) =>
        {
            var options = new CodeSamplerOptions
            {
                Model = result.GetValue(model)!,
                Adapter = result.GetValue(adapter),
                Tokenizer = result.GetValue(tokenizer),
                Template = ChatTemplate.Named(result.GetValue(template)!),
                Instruction = result.GetValue(instruction)!,
                Programs = GenerateCommand.AtLeast(result.GetValue(programs), 1, "--programs"),
                Generation = new GenerationOptions
                {
                    MaxNewTokens = GenerateCommand.AtLeast(result.GetValue(most), 1, "--max-new-tokens"),
                    Temperature = GenerateCommand.AtLeast(result.GetValue(temperature), 0, "--temperature"),
                    TopP = result.GetValue(topP) is > 0 and <= 1 and var p ? p : throw new UserException("XL100", "--top-p must be above 0 and at most 1."),
                    BatchSize = GenerateCommand.AtLeast(result.GetValue(batch), 1, "--batch"),
                    Seed = Seed.For("programs", result.GetValue(seed)),
                },
                Output = result.GetValue(output) ?? Path.Combine("artifacts", "programs"),
            };
            if (options is { Programs: > 1, Generation.Temperature: 0 })
            {
                throw new UserException("XL100", $"--programs is {options.Programs} and --temperature 0: all programs of a task would be the same. Give a temperature above 0, as 0.8.");
            }

            var screen = new Screen(result.GetValue(json));
            var files = result.GetValue(problems)!;
            var lines = new ProgressLines("programs", screen.Note);
            var written = CodeSampler.Run(options, files, Options.CommandLine(result), result.GetValue(resume), new Told<double>(share => lines.Report(share, "")), cancel);
            screen.Result(
                new { samples = written },
                console =>
                {
                    written.ToList().ForEach(console.WriteLine);
                    console.WriteLine($"Run them: xling score code --problems {string.Join(' ', files)} --samples {string.Join(' ', written)} --run");
                });
            return Task.FromResult(0);
        });
        return command;
    }
}
