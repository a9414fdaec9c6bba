using System.CommandLine;
using System.Globalization;
using ContactPlatform.Sequences.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Rules that do things to contacts.</summary>
internal static class AutomationCommand
{
    private const int Page = 1000;

    public static Command Create() => new("automations", "Makes rules that do things to contacts when they enter an engagement status, and shows what they did.")
    {
        List(), Make(), Turn("on", "Has a rule do its work.", disabled: false), Turn("off", "Has a rule do nothing more, also of what it has set off.", disabled: true), Delete(), History(), DryRun(),
    };

    private static Command List()
    {
        var command = new Command("list", "Lists the rules.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Rule", "Name", "When", "What", "State");
            var request = new ListAutomationRulesRequest { PageSize = Page };
            do
            {
                var page = await stack.Automations.ListAutomationRulesAsync(request, cancellationToken: cancellationToken);
                foreach (var rule in page.AutomationRules)
                {
                    table.AddRow(Number(rule.AutomationRuleId), Words.Plain(rule.DisplayName), Words.Plain(When(rule.Condition)), Words.Plain(string.Join("\n", rule.Actions.Select(What))), rule.Disabled ? "off" : "on");
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Make()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The rule as JSON, as automation.proto names its fields." };
        var command = new Command("create", "Makes a rule of a file; it is on unless the file says that it is disabled.") { file };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var rule = await JsonFile.ReadAsync<AutomationRule>(result.GetValue(file)!, "rule", cancellationToken);
            Say((await stack.Automations.CreateAutomationRuleAsync(new() { AutomationRule = rule, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).AutomationRule);
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
            Say((await stack.Automations.UpdateAutomationRuleAsync(new() { AutomationRule = new() { AutomationRuleId = result.GetValue(id), Disabled = disabled }, UpdateMask = new() { Paths = { "disabled" } } }, cancellationToken: cancellationToken)).AutomationRule);
        });
        return command;
    }

    private static Command Delete()
    {
        var id = Id();
        var command = new Command("delete", "Deletes a rule; its history stays.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await stack.Automations.DeleteAutomationRuleAsync(new() { AutomationRuleId = result.GetValue(id) }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"Rule {result.GetValue(id)} is gone.");
        });
        return command;
    }

    private static Command History()
    {
        var contact = new Option<string?>("--contact") { Description = "Only of this contact: an email, a phone or a number." };
        var rule = new Option<long>("--rule") { Description = "Only by this rule." };
        var limit = new Option<int>("--limit") { Description = "How many.", DefaultValueFactory = _ => 20 };
        var command = new Command("history", "Shows what was set off, newest first, and what became of each action.") { contact, rule, limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var contactId = result.GetValue(contact) is { } key ? (await ContactKey.FindAsync(stack, key, cancellationToken)).ContactId : 0;
            var table = new Table().RoundedBorder().AddColumns("Time", "Contact", "Rule", "Status", "What became of it");
            var request = new ListAutomationFiringsRequest { ContactId = contactId, AutomationRuleId = result.GetValue(rule), PageSize = Math.Clamp(result.GetValue(limit), 1, Page) };
            foreach (var firing in (await stack.Automations.ListAutomationFiringsAsync(request, cancellationToken: cancellationToken)).AutomationFirings)
            {
                table.AddRow(Words.Time(firing.FireTime), Number(firing.ContactId), Words.Plain(firing.RuleDisplayName),
                    $"{Status(firing.FromEngagementStatus)} → {Status(firing.EngagementStatus)}", Words.Plain(string.Join("\n", Outcomes(firing))));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command DryRun()
    {
        var segment = new SegmentArgument();
        var rules = new Option<long[]>("--rule") { Description = "The rules; all that are on unless given.", AllowMultipleArgumentsPerToken = true };
        var entered = ChoiceOption.Create<EngagementStatus>("--status", "The status that each contact is taken to enter; the one that it has unless given.");
        var command = new Command("dry-run", "Tells what rules would do to the contacts of a segment, and does nothing.") { segment.Argument, rules, entered };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var set = await segment.FindAsync(stack, result, cancellationToken);
            var request = new DryRunAutomationRulesRequest { AutomationRuleIds = { result.GetValue(rules) ?? [] }, EngagementStatus = result.GetValue(entered) };
            switch (set.SetCase)
            {
                case Contacts.V1.ContactSet.SetOneofCase.SegmentId:
                    request.SegmentId = set.SegmentId;
                    break;
                case Contacts.V1.ContactSet.SetOneofCase.Filter:
                    request.Filter = set.Filter;
                    break;
                default:
                    throw new CliException("A dry run is of a segment or a filter; a snapshot cannot be asked.");
            }

            Show(await RunAsync(stack, request, cancellationToken));
        });
        return command;
    }

    private static async Task<DryRunAutomationRulesResponse> RunAsync(Stack stack, DryRunAutomationRulesRequest request, CancellationToken cancellationToken)
    {
        var last = new DryRunAutomationRulesResponse();
        await RunView.NewProgress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Looking at contacts");
            using var call = stack.Automations.DryRunAutomationRules(request, cancellationToken: cancellationToken);
            await foreach (var answer in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                last = answer;
                task.MaxValue = Math.Max(1, Math.Max(answer.ContactCount, answer.CheckedCount));
                task.Value = answer.Complete ? task.MaxValue : answer.CheckedCount;
                task.Description = $"Looked at {Words.Count(answer.CheckedCount, "contact")}";
            }
        });
        return last;
    }

    private static void Show(DryRunAutomationRulesResponse answer)
    {
        var table = new Table().RoundedBorder().AddColumns("Rule", "Contacts", "Action", "Would be done", "Is so already", "Would be refused");
        foreach (var rule in answer.Rules)
        {
            foreach (var (i, action) in rule.Actions.Index())
            {
                table.AddRow(i == 0 ? Words.Plain(rule.DisplayName) : "", i == 0 ? Words.Count(rule.MatchedCount) : "", What(action.Action), Words.Count(action.DoneCount), Words.Count(action.UnchangedCount),
                    string.Join("\n", action.RefusedCounts.Select(r => $"{Words.Count(r.Value)} {r.Key}")));
            }
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine($"{Words.Count(answer.CheckedCount, "contact")} looked at; nothing was changed.");
    }

    private static IEnumerable<string> Outcomes(AutomationFiring firing) => firing.State switch
    {
        AutomationFiringState.NotMatched => ["the filter does not find it"],
        AutomationFiringState.Stopped when firing.CauseRuleIds.Count > 0 => [$"stopped: {Words.Spaced(firing.StopReason.ToString()).ToLowerInvariant()}, after rules {string.Join(", ", firing.CauseRuleIds)}"],
        AutomationFiringState.Stopped => [$"stopped: {Words.Spaced(firing.StopReason.ToString()).ToLowerInvariant()}"],
        _ => firing.Actions.Select(a => $"{What(a.Action)}: {(a.Outcome == AutomationOutcome.Unspecified ? "waiting" : Words.Spaced(a.Outcome.ToString()).ToLowerInvariant())}{(a.Reason.Length > 0 ? $" ({a.Reason})" : "")}"),
    };

    private static string When(AutomationCondition condition)
    {
        var statuses = string.Join(", ", (condition.Equals_ ?? condition.NotEquals).EngagementStatuses_.Select(Status));
        return $"{(condition.Equals_ is null ? "not " : "")}{statuses}{(condition.Filter.Length > 0 ? $", if {condition.Filter}" : "")}";
    }

    private static string What(AutomationAction action) => action.ActionCase switch
    {
        AutomationAction.ActionOneofCase.AddLabelId => $"add label {action.AddLabelId}",
        AutomationAction.ActionOneofCase.RemoveLabelId => $"remove label {action.RemoveLabelId}",
        AutomationAction.ActionOneofCase.AddToContactListId => $"add to list {action.AddToContactListId}",
        AutomationAction.ActionOneofCase.EnrollSequenceId => $"enrol in {action.EnrollSequenceId}",
        AutomationAction.ActionOneofCase.UnenrollSequenceId => $"take out of {action.UnenrollSequenceId}",
        AutomationAction.ActionOneofCase.UnenrollAll => "take out of all sequences",
        AutomationAction.ActionOneofCase.SetRecordInactive => action.SetRecordInactive ? "make inactive" : "make active",
        AutomationAction.ActionOneofCase.AddLeadScore => $"{action.AddLeadScore:+0;-0} points",
        _ => $"call webhook {action.CallWebhookId}",
    };

    private static void Say(AutomationRule rule) =>
        AnsiConsole.MarkupLine($"Rule {rule.AutomationRuleId}, {Words.Plain(rule.DisplayName)}: {(rule.Disabled ? "off" : "on")}, {Words.Count(rule.Actions.Count, "action")}");

    private static string Status(EngagementStatus status) => Words.Spaced(status.ToString());

    private static Argument<long> Id() => new("RULE") { Description = "The rule's number." };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
