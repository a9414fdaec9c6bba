using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Eng.Tests.Cli;

/// <summary>What the command line asks about lists, merges, erasures and timelines, and how it shows the answers.</summary>
public sealed class RecordCliTests : CliCase
{
    [Fact]
    public async Task Contacts_go_on_a_list_by_whatever_names_them()
    {
        (await RunAsync("list", "create", "fair")).Output.ShouldContain("List 8, fair");
        var cli = await RunAsync("list", "add", "fair", "ada@example.org", "+628120000001");
        cli.ExitCode.ShouldBe(0, cli.Output);
        cli.Output.ShouldContain("fair: changed 1, as they were 1; 1,002 contacts on it now");
        Script.Asked.ShouldBe(new AddContactListMembersRequest { ContactListId = 8, ContactIds = { 1, 2 } });
        (await RunAsync("list", "all")).Output.ShouldContain("1,002");

        var nobody = await RunAsync("list", "add", "nobody", "ada@example.org");
        (nobody.ExitCode, nobody.Output.Contains("There is no list \"nobody\"", StringComparison.Ordinal)).ShouldBe((1, true), nobody.Output);
    }

    [Fact]
    public async Task A_merge_names_who_stays_and_holds_to_what_was_read()
    {
        var cli = await RunAsync("merge", "+628120000001", "ada@example.org");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new MergeContactsRequest { SurvivorContactId = 1, MergedContactId = 2, SurvivorEtag = "a", MergedEtag = "b" });
        cli.Output.ShouldContain("Contact 2 is now part of contact 1.");
        cli.Output.ShouldContain("taken over: phone, owner");
        cli.Output.ShouldContain("inactive now");
    }

    [Fact]
    public async Task An_erasure_wants_to_be_meant()
    {
        var careless = await RunAsync("erase", "ada@example.org");
        careless.ExitCode.ShouldBe(1);
        careless.Output.ShouldContain("--yes");
        Script.Asked.ShouldBeNull();
        var cli = await RunAsync("erase", "ada@example.org", "--yes");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new EraseContactRequest { ContactId = 1, Etag = "a" });
        cli.Output.ShouldContain("Contact 1 is erased; 2 refused rows of imports blanked.");
        cli.Output.ShouldContain("until they have ended: 77");
        (await RunAsync("readmit", "+628120000001")).ExitCode.ShouldBe(0);
        Script.Asked.ShouldBe(new ReadmitAddressRequest { Phone = "+628120000001" });
    }

    [Fact]
    public async Task A_timeline_shows_every_kind_of_event_and_what_may_be_missing()
    {
        var actor = new Actor { Kind = ActorKind.Operator, Subject = "ines", DisplayName = "Inês" };
        var time = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch);
        TimelineEvent[] events =
        [
            new() { Merged = new() { SurvivorContactId = 1, MergedContactId = 5, FilledFields = { "phone" } } },
            new() { Consent = new() { Unsubscribed = true, Reason = "asked" } },
            new() { LeadScore = new() { Points = -5, Reason = "silent" } },
            new() { Enrollment = new() { SequenceId = 41, EnrollmentId = 6, FromStatuses = { "ACTIVE", "CONTACTED" }, Statuses = { "OUT_OF_OFFICE" } } },
            new() { Enrollment = new() { SequenceId = 42, EnrollmentId = 7, Statuses = { "MISSING_DATA" } } },
            new() { Enrollment = new() { SequenceId = 43, EnrollmentId = 8, FromStatuses = { "FINISHED" }, Ended = true } },
            new() { Outreach = new() { FromEngagementStatus = "WORKING", EngagementStatus = "BAD_EMAIL", OptedOut = true, CallStatus = "TO_CALL" } },
            new() { DeliverabilityStatus = new() { FromStatus = "ACTIVE", Status = "MAILBOX_FULL" }, Cause = TimelineCause.Deliverability },
            new() { Stage = new() { FromStage = FunnelStage.Customer, ToStage = FunnelStage.Customer, ToLost = true } },
            new() { ContactList = new() { ContactListId = 8 } },
            new() { Label = new() { LabelId = 7, Added = true, DisplayName = "[vip]" } },
            new() { RecordState = new() { RecordState = RecordState.Inactive } },
            new() { Updated = new() { FieldNames = { "email", "owner" } } },
            new() { Created = new() { LabelIds = { 7, 9 } }, ContactId = 5, Cause = TimelineCause.Import, RunId = 12 },
            new(),
        ];
        events.Select(e => e.EventCase).Distinct().ShouldBe(System.Enum.GetValues<TimelineEvent.EventOneofCase>(), ignoreOrder: true);
        foreach (var happened in events)
        {
            (happened.ContactId, happened.EventTime, happened.Actor) = (happened.ContactId == 0 ? 1 : happened.ContactId, time, actor);
            Script.Timeline.Events.Add(happened);
        }
        (Script.Timeline.NextPageToken, Script.Timeline.FunnelAway) = ("more", true);

        var cli = await RunAsync("timeline", "ada@example.org", "--limit", "8");
        cli.ExitCode.ShouldBe(0, cli.Output);
        Script.Asked.ShouldBe(new GetTimelineRequest { ContactId = 1, PageSize = 8 });
        var shown = string.Join('\n', cli.Lines);
        // Cells are as wide as a terminal leaves them, so what is looked for has no blank in it.
        foreach (var text in (string[])["merged", "lost", "(gone)", "[vip]", "inactive", "owner", "labels", "(as", "import", "Inês", "program", "41:", "contacted", "office", "42:", "missing", "left", "43", "working", "bad", "full", "deliverability", "opted", "call", "--limit", "answer"])
        {
            shown.ShouldContain(text);
        }
    }
}
