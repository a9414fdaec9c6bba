using System.CommandLine;
using System.Globalization;
using ContactPlatform.Sequences.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What engagement statuses are worth.</summary>
internal static class LeadScoreCommand
{
    public static Command Create() => new("lead-scores", "Gives contacts points for the engagement statuses that they get to, and shows what they were given.")
    {
        List(), Make(), Turn("on", "Has a rule give points.", disabled: false), Turn("off", "Has a rule give no more points.", disabled: true), Delete(), History(),
    };

    private static Command List()
    {
        var command = new Command("list", "Lists the rules.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Rule", "Name", "Status").AddColumn(new TableColumn("Points").RightAligned()).AddColumn("State");
            foreach (var rule in (await stack.LeadScores.ListLeadScoreRulesAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken)).LeadScoreRules)
            {
                table.AddRow(Number(rule.LeadScoreRuleId), Words.Plain(rule.DisplayName), Words.Spaced(rule.EngagementStatus.ToString()), Points(rule.Points), rule.Disabled ? "off" : "on");
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Make()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The rule as JSON, as lead_score_rule.proto names its fields." };
        var command = new Command("create", "Makes a rule of a file; it is on unless the file says that it is disabled.") { file };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var rule = await JsonFile.ReadAsync<LeadScoreRule>(result.GetValue(file)!, "rule", cancellationToken);
            Say((await stack.LeadScores.CreateLeadScoreRuleAsync(new() { LeadScoreRule = rule, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).LeadScoreRule);
        });
        return command;
    }

    private static Command Turn(string verb, string description, bool disabled)
    {
        var id = Id();
        var command = new Command(verb, description) { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            Say((await stack.LeadScores.UpdateLeadScoreRuleAsync(new() { LeadScoreRule = new() { LeadScoreRuleId = result.GetValue(id), Disabled = disabled }, UpdateMask = new() { Paths = { "disabled" } } }, cancellationToken: cancellationToken)).LeadScoreRule);
        });
        return command;
    }

    private static Command Delete()
    {
        var id = Id();
        var command = new Command("delete", "Deletes a rule; points that it gave stay.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await stack.LeadScores.DeleteLeadScoreRuleAsync(new() { LeadScoreRuleId = result.GetValue(id) }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Rule {result.GetValue(id)} is gone.");
        });
        return command;
    }

    private static Command History()
    {
        var contact = ContactKey.Argument();
        var command = new Command("history", "Shows what rules gave a contact, newest first, and its lead score.") { contact };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var found = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("Time", "Status", "Rule").AddColumn(new TableColumn("Points").RightAligned()).AddColumn("State");
            foreach (var award in (await stack.LeadScores.ListLeadScoreAwardsAsync(new() { ContactId = found.ContactId }, cancellationToken: cancellationToken)).LeadScoreAwards)
            {
                table.AddRow(Words.Time(award.AwardTime), Words.Spaced(award.EngagementStatus.ToString()), Number(award.LeadScoreRuleId), Points(award.Points), Words.Spaced(award.State.ToString()).ToLowerInvariant());
            }

            AnsiConsole.Write(table);
            AnsiConsole.MarkupLine($"Lead score of contact {found.ContactId}: {found.LeadScore}");
        });
        return command;
    }

    private static void Say(LeadScoreRule rule) =>
        AnsiConsole.MarkupLine($"Rule {rule.LeadScoreRuleId}, {Words.Plain(rule.DisplayName)}: {(rule.Disabled ? "off" : "on")}, {Points(rule.Points)} for {Words.Spaced(rule.EngagementStatus.ToString())}");

    private static string Points(int points) => points.ToString("+0;-0", CultureInfo.InvariantCulture);

    private static Argument<long> Id() => new("RULE") { Description = "The rule's number." };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
