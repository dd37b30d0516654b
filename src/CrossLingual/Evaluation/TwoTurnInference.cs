using CrossLingual.Data;
using CrossLingual.Models;
using CrossLingual.Text;

namespace CrossLingual.Evaluation;

/// <summary>
/// Asks as X-CIT's chats do: the model first restates the question and answers it in English, then is asked for the answer
/// in the target language; the second answer alone is marked.
/// <code>
/// user: x_tg + cue  ->  model: x_en, y_en      user: "now answer in tg"   ->  model: y_tg   (marked)
/// </code>
/// Which way the paper's tables were measured could not be verified; report this and the direct way.
/// </summary>
public static class TwoTurnInference
{
    /// <summary>Answers and marks conversations whose last turn is the reference answer.</summary>
    /// <param name="model">The model, with its adapter if any.</param>
    /// <param name="folder">Its tokenizer and end ids.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="template">How prompts are framed.</param>
    /// <param name="first">Length and batch of the first, English turn.</param>
    /// <param name="second">Length and batch of the answer.</param>
    /// <param name="cue">What ends the first turn, as in training.</param>
    /// <param name="progress">Told how many answers are written, of two for each question.</param>
    /// <param name="cancel">Stops between tokens.</param>
    /// <exception cref="UserException">XL502: no second turn is known for a question's language.</exception>
    public static EvalResult Run(
        Llama model,
        ModelFolder folder,
        IReadOnlyList<Conversation> questions,
        ChatTemplate template,
        GenerationOptions first,
        GenerationOptions second,
        string cue = ChatInstruction.Cue,
        IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        var followUps = questions.Select(q => ChatInstruction.TryFollowUp(q.Language, out var text)
            ? text
            : throw new UserException("XL502", $"No second turn is known for '{q.Language}'. Two-turn questions can be asked in: {string.Join(", ", ChatInstruction.Languages)}.")).ToList();
        var generator = new Generator(model, folder.Tokenizer, folder.EosIds);
        var firstTurns = questions.Select(q => (IReadOnlyList<Turn>)[.. q.Turns.SkipLast(2), ChatInstruction.WithCue(q.Turns[^2], cue)]).ToList();
        var thoughts = generator.Complete([.. firstTurns.Select(Encode)], first, progress, cancel);
        var asked = firstTurns.Select((turns, i) => Encode([.. turns, new Turn(Role.Assistant, thoughts[i].Text.Trim()), new Turn(Role.User, followUps[i])])).ToList();

        // A first turn that ran on to the context's end leaves no room for a second: that question has no answer.
        var room = asked.Select(ids => ids.Length < model.Config.MaxPositions).ToList();
        var written = new Queue<Sample>(generator.Complete([.. asked.Where((_, i) => room[i])], second, progress is null ? null : new Runs.Told<int>(n => progress.Report(questions.Count + n)), cancel));
        return new EvalResult([.. questions.Select((question, i) =>
        {
            var answer = room[i] ? written.Dequeue() : new Sample(asked[i], [], "", false);
            return Evaluator.Mark(question, answer) with { Thought = thoughts[i].Text.Trim() };
        })]);

        int[] Encode(IReadOnlyList<Turn> turns) => TokenizedExample.EncodePrompt(turns, template, folder.Tokenizer);
    }
}
