using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class TimelineCommand
{
    public static Command Create()
    {
        var contact = ContactKey.Argument();
        var limit = new Option<int>("--limit") { Description = "At most this many events, 1 to 1000, newest first.", DefaultValueFactory = _ => 50 };
        var command = new Command("timeline", "Shows everything that happened to a contact, newest first.") { contact, limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var person = await ContactKey.FindAsync(stack, result.GetValue(contact)!, cancellationToken);
            var page = await stack.Timelines.GetTimelineAsync(new() { ContactId = person.ContactId, PageSize = result.GetValue(limit) }, cancellationToken: cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("When", "What", "Cause", "Who", "Run");
            foreach (var happened in page.Events)
            {
                var whose = happened.ContactId == person.ContactId ? "" : $" (as contact {happened.ContactId})";
                table.AddRow(
                    Words.Time(happened.EventTime),
                    Words.Plain(Describe(happened) + whose),
                    Words.Cause(happened.Cause),
                    Words.Plain(Words.Who(happened.Actor)),
                    happened.RunId == 0 ? "" : happened.RunId.ToString(CultureInfo.InvariantCulture));
            }

            AnsiConsole.Write(table);
            if (page.NextPageToken.Length > 0)
            {
                AnsiConsole.MarkupLine("There are older events: raise --limit.");
            }

            if (page.FunnelAway)
            {
                AnsiConsole.MarkupLine("Funnel does not answer: its newest moves may be missing.");
            }
        });
        return command;
    }

    private static string Describe(TimelineEvent happened) => happened.EventCase switch
    {
        TimelineEvent.EventOneofCase.Created => happened.Created.LabelIds.Count == 0 ? "created" : $"created with {Words.Count(happened.Created.LabelIds.Count, "label")}",
        TimelineEvent.EventOneofCase.Updated => $"changed: {Changed(happened.Updated)}",
        TimelineEvent.EventOneofCase.RecordState => $"record {happened.RecordState.RecordState.ToString().ToLowerInvariant()}",
        TimelineEvent.EventOneofCase.Label => $"label {(happened.Label.Added ? "+" : "-")} {Name(happened.Label.DisplayName, happened.Label.LabelId)}",
        TimelineEvent.EventOneofCase.ContactList => $"list {(happened.ContactList.Added ? "+" : "-")} {Name(happened.ContactList.DisplayName, happened.ContactList.ContactListId)}",
        TimelineEvent.EventOneofCase.LeadScore => $"{happened.LeadScore.Points:+0;-0} points{(happened.LeadScore.Reason.Length > 0 ? $": {happened.LeadScore.Reason}" : "")}",
        TimelineEvent.EventOneofCase.Consent => $"{(happened.Consent.Unsubscribed ? "unsubscribed" : "subscribed again")}{(happened.Consent.Reason.Length > 0 ? $": {happened.Consent.Reason}" : "")}",
        TimelineEvent.EventOneofCase.Merged => $"contact {happened.Merged.MergedContactId} merged into it{(happened.Merged.FilledFields.Count > 0 ? $", took over {string.Join(", ", happened.Merged.FilledFields)}" : "")}",
        TimelineEvent.EventOneofCase.Stage => $"{Status(happened.Stage.FromStage, happened.Stage.FromLost)} → {Status(happened.Stage.ToStage, happened.Stage.ToLost)}",
        TimelineEvent.EventOneofCase.Enrollment => Describe(happened.Enrollment),
        TimelineEvent.EventOneofCase.DeliverabilityStatus => $"mail {Said([happened.DeliverabilityStatus.FromStatus])} → {Said([happened.DeliverabilityStatus.Status])}",
        TimelineEvent.EventOneofCase.Outreach => string.Join(", ", Outreach(happened.Outreach)),
        _ => "something that this program does not know",
    };

    private static string Describe(EnrollmentEvent enrollment)
    {
        var sequence = string.Create(CultureInfo.InvariantCulture, $"sequence {enrollment.SequenceId}");
        return enrollment.Ended ? $"left {sequence}"
            : enrollment.FromStatuses.Count == 0 ? $"entered {sequence}: {Said(enrollment.Statuses)}"
            : $"{sequence}: {Said(enrollment.FromStatuses)} → {Said(enrollment.Statuses)}";
    }

    /// <summary>What is not as it was.</summary>
    private static IEnumerable<string> Outreach(OutreachEvent outreach)
    {
        if (outreach.EngagementStatus != outreach.FromEngagementStatus)
        {
            yield return $"engagement {Said([outreach.FromEngagementStatus])} → {Said([outreach.EngagementStatus])}";
        }

        if (outreach.OptedOut != outreach.FromOptedOut)
        {
            yield return outreach.OptedOut ? "opted out" : "no longer opted out";
        }

        if (outreach.CallStatus != outreach.FromCallStatus)
        {
            yield return outreach.CallStatus.Length > 0 ? Said([outreach.CallStatus]) : "no call";
        }
    }

    /// <summary>`out of office, opened` for OUT_OF_OFFICE and OPENED.</summary>
    private static string Said(IEnumerable<string> words) => string.Join(", ", words.Select(w => w.Replace('_', ' ').ToLowerInvariant()));

    private static string Changed(ContactUpdatedEvent updated) => string.Join(", ",
        updated.CustomFieldIds.Count == 0 ? updated.FieldNames : updated.FieldNames.Append(Words.Count(updated.CustomFieldIds.Count, "custom field")));

    private static string Name(string name, long id) => name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{id} (gone)");

    private static string Status(Common.V1.FunnelStage stage, bool lost) => Words.Status(new StageStatus { Stage = stage, Lost = lost });
}
