using System.CommandLine;
using CrossLingual.Data;
using CrossLingual.Evaluation;
using CrossLingual.Models;
using CrossLingual.Runs;
using CrossLingual.Text;
using Spectre.Console;

namespace CrossLingual.Cli;

/// <summary><c>xling generate --model DIR --prompt TEXT</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = Options.Model();
        var adapter = new Option<string?>("--adapter") { Description = "LoRA adapter folder (PEFT) for the model.", HelpName = "DIR" };
        var tokenizer = Options.Tokenizer();
        var prompt = new Option<string>("--prompt") { Description = "The text to go on from, or the instruction with --template.", Required = true, HelpName = "TEXT" };
        var input = new Option<string>("--input") { Description = "With a template: the material of the instruction.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
        var template = Options.Template();
        var most = new Option<int>("--max-new-tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => 128 };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token." };
        var topK = new Option<int>("--top-k") { Description = "Sample among this many tokens; 0 for all." };
        var topP = new Option<double>("--top-p") { Description = "Sample among the tokens that reach this probability.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "Seed of sampling.", DefaultValueFactory = _ => 1 };
        var json = Options.Json();
        var command = new Command("generate", "Write text with a model.") { model, adapter, tokenizer, prompt, input, template, most, temperature, topK, topP, seed, json, GenerateCodeCommand.Create() };
        command.SetAction((result, cancel) =>
        {
            var options = new GenerationOptions
            {
                MaxNewTokens = AtLeast(result.GetValue(most), 1, "--max-new-tokens"),
                Temperature = AtLeast(result.GetValue(temperature), 0, "--temperature"),
                TopK = AtLeast(result.GetValue(topK), 0, "--top-k"),
                TopP = result.GetValue(topP) is > 0 and <= 1 and var p ? p : throw new UserException("XL100", "--top-p must be above 0 and at most 1."),
                Seed = Seed.For("generate", result.GetValue(seed)),
            };
            var folder = ModelFolder.Open(ModelFolder.PathOf(result.GetValue(model)!), result.GetValue(tokenizer));
            var frame = ChatTemplate.Named(result.GetValue(template)!);
            var turns = new[] { new Turn(Role.User, result.GetValue(prompt)!, result.GetValue(input)!) };
            using var llama = folder.Load(Compute.Default);
            using var lora = result.GetValue(adapter) is { } adapterFolder ? AdapterFolder.Load(adapterFolder, llama) : null;
            llama.Adapter = lora;
            var generator = new Generator(llama, folder.Tokenizer, folder.EosIds);
            var sample = generator.Complete([TokenizedExample.EncodePrompt(turns, frame, folder.Tokenizer)], options, cancel: cancel)[0];
            var speed = sample.Ids.Count / Math.Max(generator.LastCost.Seconds, 1e-9);
            new Screen(result.GetValue(json)).Result(
                new { promptIds = sample.PromptIds, ids = sample.Ids, text = sample.Text, tokensPerSecond = speed },
                console => console.WriteLine(frame == ChatTemplate.Plain ? result.GetValue(prompt) + sample.Text : sample.Text.Trim()));
            return Task.FromResult(0);
        });
        return command;
    }

    internal static T AtLeast<T>(T value, T least, string option)
        where T : IComparable<T> => value.CompareTo(least) >= 0 ? value : throw new UserException("XL100", $"{option} is {value}; it must be at least {least}.");
}
