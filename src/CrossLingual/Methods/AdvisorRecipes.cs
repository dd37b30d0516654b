namespace CrossLingual.Methods;

/// <summary>The recipes that the advisor hands out: complete, except for the paths of one's own files.</summary>
internal static class AdvisorRecipes
{
    public static IReadOnlyDictionary<string, string> For(AdaptationPath path, string language) => path switch
    {
        AdaptationPath.XCit => new Dictionary<string, string> { [$"xcit-{language}.yaml"] = XCit(language) },
        AdaptationPath.CrossAlpaca => new Dictionary<string, string> { [$"crossalpaca-{language}.yaml"] = CrossAlpaca(language) },
        AdaptationPath.Modular => new Dictionary<string, string>
        {
            [$"language-expert-{language}.yaml"] = Expert(language, $"{{source: text, path: data/{language}.txt, language: {language}}}", "1e-5", $"the language expert: running text of {language}, one text a line"),
            ["task-expert-en.yaml"] = Expert("en", "{source: alpaca, path: data/task.en.jsonl, language: en}", "1e-5", "the task expert: English instructions of the task"),
            [$"layer-swap-{language}.yaml"] = LayerSwap(language),
        },
        _ => new Dictionary<string, string>(),
    };

    private static string XCit(string language) =>
        $$"""
        # X-CIT for {{language}}. Fill in the model and the files; records of both files are joined by their id, or row by row.
        method: xcit
        model: models/base
        template: alpaca
        english:
          - {source: alpaca, path: data/instructions.en.jsonl, language: en}
        pairs:
          - source: alpaca
            path: data/instructions.{{language}}.jsonl
            language: {{language}}
            english: {path: data/instructions.en.jsonl}
        principles: {{Training("512")}}
        parameters: {{Training("1024")}}
        output: runs/xcit-{{language}}

        """;

    private static string CrossAlpaca(string language) =>
        $$"""
        # CrossAlpaca for {{language}}, as an adapter. Fill in the model and the files.
        method: crossalpaca
        model: models/base
        template: alpaca
        instructions:
          - {source: alpaca, path: data/instructions.{{language}}.jsonl, language: {{language}}}
        translations:
          - {source: parallel, path: data/parallel.{{language}}, english_path: data/parallel.en, language: {{language}}, direction: both}
        training: {epochs: 3, rows: 4, accumulate: 32, length: 512, learning_rate: 3e-4, warm_up: 0.03, checkpoint_every: 200}
        output: runs/crossalpaca-{{language}}

        """;

    private static string Expert(string language, string source, string rate, string what) =>
        $$"""
        # Modular path, {{what}}. Fill in the model and the file.
        model: models/base
        template: alpaca
        data:
          - {{source}}
        training: {epochs: 1, rows: 4, accumulate: 16, length: 512, learning_rate: {{rate}}, warm_up: 0.03, checkpoint_every: 200}
        output: runs/expert-{{language}}

        """;

    // The zones are those reported for 32 layers.
    private static string LayerSwap(string language) =>
        $$"""
        # Modular path, the merge: xling merge layer-swap-{{language}}.yaml
        method: layer_swap
        base: models/base
        task: runs/expert-en/model
        language: runs/expert-{{language}}/model
        options: {bottom: 5, top: 2, bottom_transition: 1, top_transition: 1}
        output: runs/merged-{{language}}

        """;

    private static string Training(string length) => $"{{epochs: 3, rows: 4, accumulate: 32, length: {length}, learning_rate: 2e-5, warm_up: 0.03, checkpoint_every: 200}}";
}
