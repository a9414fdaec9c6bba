using System.CommandLine;
using ContactPlatform.Deliverability.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What failed deliveries mean, and what stored ones mean by newer rules.</summary>
internal static class ClassificationCommand
{
    public static Command Create() => new("classify", "Says what failed deliveries mean.") { Text(), Replay(), Undo() };

    private static Command Text()
    {
        var text = new Argument<string>("TEXT") { Description = "What the remote server said." };
        var code = new Option<string?>("--code") { Description = "Enhanced status code told beside it, such as 5.1.1." };
        var host = new Option<string?>("--host") { Description = "The remote server's name." };
        var command = new Command("text", "Classifies one failure, and stores nothing.") { text, code, host };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new ClassifyDiagnosticRequest { Diagnostic = result.GetValue(text)!, EnhancedCode = result.GetValue(code) ?? "", RemoteHost = result.GetValue(host) ?? "" };
            var said = await stack.Classification.ClassifyDiagnosticAsync(request, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Spaced(said.FailureClass.ToString())}, by {Words.Plain(said.RuleId)} of version {said.RuleVersion}");
        });
        return command;
    }

    private static Command Replay()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Only count." };
        var command = new Command("replay", "Classifies all stored failures anew, by the rules of now.") { dry };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new ReplayClassificationRequest { DryRun = result.GetValue(dry), RequestId = RequestIds.New() };
            return await ToEndAsync(stack, (await stack.Classification.ReplayClassificationAsync(request, cancellationToken: cancellationToken)).ClassificationReplay, cancellationToken);
        });
        return command;
    }

    private static Command Undo()
    {
        var id = new Argument<long>("REPLAY") { Description = "Number of a replay, or of the undo of one." };
        var command = new Command("undo", "Takes a replay back, but for what was classified anew since.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new UndoClassificationReplayRequest { ClassificationReplayId = result.GetValue(id), RequestId = RequestIds.New() };
            return await ToEndAsync(stack, (await stack.Classification.UndoClassificationReplayAsync(request, cancellationToken: cancellationToken)).ClassificationReplay, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ToEndAsync(Stack stack, ClassificationReplay replay, CancellationToken cancellationToken)
    {
        replay = await RunWatch.ToEndAsync("Deliverability", "looking at failures", "looking at failures",
            () => stack.Classification.WatchClassificationReplay(new() { ClassificationReplayId = replay.ClassificationReplayId }, cancellationToken: cancellationToken), m => m.ClassificationReplay, r => r.Run, cancellationToken);
        var what = replay.UndoneReplayId > 0 ? $"Undo {replay.ClassificationReplayId} of replay {replay.UndoneReplayId}" : $"Replay {replay.ClassificationReplayId} by version {replay.RuleVersion}";
        AnsiConsole.MarkupLine($"{what}{(replay.DryRun ? ", dry run" : "")}: {Words.Count(replay.Run.TotalCount, "failure")}, {(replay.DryRun ? "would change" : "changed")} {Words.Count(replay.Run.ChangedCount)}");
        RunWatch.WriteSkipped(replay.Run.SkipCounts);
        foreach (var count in replay.Counts)
        {
            AnsiConsole.MarkupLine($"  {Words.Spaced(count.FromClass.ToString())} to {Words.Spaced(count.ToClass.ToString())}: {Words.Count(count.Count)}");
        }

        return RunView.WriteEnd(replay.Run);
    }
}
