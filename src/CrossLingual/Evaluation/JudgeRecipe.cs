using System.ClientModel;
using System.ClientModel.Primitives;
using CrossLingual.Runs;
using Microsoft.Extensions.AI;

namespace CrossLingual.Evaluation;

/// <summary>Answers of one model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Path">JSONL: question_id and turns (also FastChat's choices), or text.</param>
public sealed record JudgedModel(string Name, string Path);

/// <summary>Who judges what: the content of a judge's recipe.</summary>
public sealed record JudgeRecipe
{
    /// <summary>Address of an OpenAI-compatible server, hosted or local: <c>http://localhost:8000/v1</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Name of the environment variable with the key; the key itself is never in a recipe.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>How the judge is asked.</summary>
    public required JudgeOptions Options { get; init; }

    /// <summary>Requests at a time.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Two answers at a time, both orders, instead of one.</summary>
    public bool Pairwise { get; init; }

    /// <summary>Which mark of a reply counts.</summary>
    public VerdictReading Reading { get; init; } = VerdictReading.FastChat;

    /// <summary>The questions, MT-bench's JSONL.</summary>
    public required string Questions { get; init; }

    /// <summary>Reference answers, where there are any.</summary>
    public string? References { get; init; }

    /// <summary>FastChat's prompt file, whose records may name a language; null for the built-in prompts.</summary>
    public string? Prompts { get; init; }

    /// <summary>BCP 47 tag of the answers.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Whether the built-in prompts speak the answers' language; else English, as MT-bench's do.</summary>
    public bool OwnLanguage { get; init; }

    /// <summary>The answers.</summary>
    public IReadOnlyList<JudgedModel> Models { get; init; } = [];

    /// <summary>Votes of people or of other judges to agree with: JSONL of question_id, turn, model_a, model_b, winner.</summary>
    public IReadOnlyList<string> Votes { get; init; } = [];

    /// <summary>Where replies are kept; several runs may share it.</summary>
    public required string Cache { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>The recipe as YAML.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>Reads and checks a recipe.</summary>
    /// <exception cref="UserException">XL101 to XL103: everything that is wrong with it.</exception>
    public static JudgeRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var file = RecipeFile.Read(path, overrides);
        var root = file.Root;
        var judge = root.Section("judge");
        var endpoint = judge.Text("endpoint");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            judge.Problem($"'{endpoint}' is not an address; write it as https://host/v1, without a key in it", "endpoint");
            address = new Uri("http://localhost/");
        }

        var recipe = new JudgeRecipe
        {
            Endpoint = address,
            KeyVariable = judge.Text("key_variable", "OPENAI_API_KEY"),
            Concurrency = judge.Integer("concurrency", 4, 1, 256),
            Options = new JudgeOptions
            {
                Model = judge.Text("model"),
                Temperature = (float)judge.Number("temperature", 0, 0, 2),
                MaxTokens = judge.Integer("max_tokens", 2048, 1),
                Retries = judge.Integer("retries", 6, 1, 100),
                Wait = TimeSpan.FromSeconds(judge.Number("wait_seconds", 1, 0.001, 600)),
                Timeout = TimeSpan.FromSeconds(judge.Number("timeout_seconds", 120, 0.1, 86400)),
                RequestsPerMinute = judge.Integer("requests_per_minute", 0, 0),
                TokenBudget = judge.Integer("token_budget", 0, 0),
                CostBudget = judge.Number("cost_budget", 0, 0),
                InputPrice = judge.Number("input_price", 0, 0),
                OutputPrice = judge.Number("output_price", 0, 0),
            },
            Pairwise = root.Choice("mode", "single", "single", "pairwise") == "pairwise",
            Reading = root.Choice("reading", "fastchat", "fastchat", "last") == "last" ? VerdictReading.Last : VerdictReading.FastChat,
            Questions = root.Text("questions"),
            References = root.OptionalText("references"),
            Prompts = root.OptionalText("prompts"),
            Language = root.Text("language", "en"),
            OwnLanguage = root.Choice("prompt_language", "en", "en", "own") == "own",
            Models = [.. root.Sections("answers").Select(s => new JudgedModel(s.Text("name"), s.Text("path")))],
            Votes = root.Texts("votes"),
            Cache = root.Text("cache", "artifacts/judge-cache"),
            Output = root.Text("output"),
            Yaml = file.ToYaml(),
        };
        if (recipe.Models.Count < (recipe.Pairwise ? 2 : 1))
        {
            root.Problem(recipe.Pairwise ? "'answers' must name two models or more" : "'answers' must name a model");
        }

        if (recipe.Models.Select(m => m.Name).Distinct().Count() < recipe.Models.Count)
        {
            root.Problem("'answers' names a model twice");
        }

        if (recipe.Votes.Count > 0 && !recipe.Pairwise)
        {
            root.Problem("'votes' are for mode: pairwise", "votes");
        }

        if (recipe.OwnLanguage && recipe.Prompts is null && !JudgePrompts.Languages.Contains(recipe.Language.Split('-')[0]))
        {
            root.Problem($"there are no built-in prompts in '{recipe.Language}', only in {string.Join(", ", JudgePrompts.Languages)}; give 'prompts', a file of your own", "prompt_language");
        }

        if (recipe.Options.CostBudget > 0 && recipe.Options.InputPrice + recipe.Options.OutputPrice == 0)
        {
            judge.Problem("'cost_budget' needs input_price and output_price, for a million tokens");
        }

        file.Check();
        return recipe;
    }

    /// <summary>The judge at the endpoint; its key comes from the environment and goes nowhere else.</summary>
    /// <exception cref="UserException">XL670: the variable is not set, and the server is not on this machine.</exception>
    public IChatClient Connect()
    {
        var key = Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrEmpty(key))
        {
            key = Endpoint.IsLoopback ? "none" : throw new UserException("XL670", $"The environment variable {KeyVariable} is not set: the judge's key is read from it. Set it, or name another under judge: key_variable.");
        }

        // Retries are the judge's own, so that what is tried is counted once.
        return new OpenAI.Chat.ChatClient(Options.Model, new ApiKeyCredential(key), new OpenAI.OpenAIClientOptions
        {
            Endpoint = Endpoint,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Options.Timeout,
        }).AsIChatClient();
    }
}
