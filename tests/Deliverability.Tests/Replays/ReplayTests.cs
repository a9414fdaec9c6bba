using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Replays;

/// <summary>Older rules' verdicts, as they stand in the database, are replaced by today's, and come back.</summary>
[Collection("platform")]
public sealed class ReplayTests(PlatformFixture platform)
{
    private static int _requests;

    private static string NewRequest() => $"replay-{Interlocked.Increment(ref _requests)}";

    private async Task<ClassificationReplay> EndAsync(ClassificationReplay replay)
    {
        using var watch = platform.Classification.WatchClassificationReplay(new() { ClassificationReplayId = replay.ClassificationReplayId }, platform.Headers);
        while (await watch.ResponseStream.MoveNext(default))
        {
            replay = watch.ResponseStream.Current.ClassificationReplay;
        }
        replay.Run.State.ShouldBe(RunState.Succeeded, replay.Run.Message);
        return replay;
    }

    private async Task<ClassificationReplay> ReplayAsync(bool dryRun) =>
        await EndAsync((await platform.Classification.ReplayClassificationAsync(new() { DryRun = dryRun, RequestId = NewRequest() }, platform.Headers)).ClassificationReplay);

    private async Task<ClassificationReplay> UndoAsync(ClassificationReplay replay) =>
        await EndAsync((await platform.Classification.UndoClassificationReplayAsync(new() { ClassificationReplayId = replay.ClassificationReplayId, RequestId = NewRequest() }, platform.Headers)).ClassificationReplay);

    private async Task<DeliverabilityStatus> StatusAsync(string address) => (await platform.AddressAsync(address)).Status;

    private static ClassificationCount Count(FailureClass from, FailureClass to, long count) => new() { FromClass = from, ToClass = to, Count = count };

    /// <summary>Has older rules have said that all failures of an address mean something.</summary>
    private Task<int> RulingAsync(string address, FailureClass said) => platform.Stores.AskAsync(ContactsHost.Account, async db =>
    {
        var id = await db.Addresses.Where(a => a.Address == address).Select(a => a.AddressId).SingleAsync();
        return await db.DeliveryEvents.Where(e => e.AddressId == id).ExecuteUpdateAsync(set => set
            .SetProperty(e => e.FailureClass, said).SetProperty(e => e.RuleId, "old").SetProperty(e => e.RuleVersion, Classifier.Version - 1 == 0 ? 99 : Classifier.Version - 1));
    });

    private DeliveryEventInput Failure(string address, DateTime time, string diagnostic) =>
        new() { EventKey = $"{address}-{time:O}", Kind = DeliveryEventKind.Failed, Address = address, Diagnostic = diagnostic, EventTime = Timestamp.FromDateTime(time) };

    [Fact]
    public async Task A_dry_run_counts_a_run_changes_and_an_undo_puts_back_what_was_not_changed_since()
    {
        await ReplayAsync(dryRun: false);
        var (gone, full, kept, time) = (platform.NewAddress(), platform.NewAddress(), platform.NewAddress(), Clock.Truncate(Now.AddMinutes(-10)));
        var contact = await platform.KnownContactAsync(full);
        await platform.IngestAsync("replay", [[
            Failure(gone, time, "550 5.1.1 no such user"), Failure(full, time, "552 5.2.2 full"), Failure(full, time.AddMinutes(1), "552 5.2.2 still full"),
            Failure(kept, time, "550 5.1.1 no such user"), Failure(kept, time.AddMinutes(-1), "550 5.1.1 no such user")]]);
        // What older rules took for the sender's fault, and what they took for a missing mailbox.
        await RulingAsync(gone, FailureClass.SenderFault);
        await RulingAsync(full, FailureClass.DoesNotExist);
        await RulingAsync(kept, FailureClass.DoesNotExist);
        await platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.Where(a => a.Address == gone).ExecuteUpdateAsync(set => set.SetProperty(a => a.DoesNotExistTime, (DateTime?)null).SetProperty(a => a.Status, DeliverabilityStatus.New)));
        await platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.Where(a => a.Address == full).ExecuteUpdateAsync(set => set
            .SetProperty(a => a.DoesNotExistTime, a => a.MailboxFullTime).SetProperty(a => a.MailboxFullTime, (DateTime?)null).SetProperty(a => a.Status, DeliverabilityStatus.DoesNotExist)));

        var dry = await ReplayAsync(dryRun: true);
        ClassificationCount[] counts = [Count(FailureClass.DoesNotExist, FailureClass.DoesNotExist, 2), Count(FailureClass.DoesNotExist, FailureClass.MailboxFull, 2), Count(FailureClass.SenderFault, FailureClass.DoesNotExist, 1)];
        dry.Counts.ShouldBe(counts);
        (dry.DryRun, dry.Run.ChangedCount, dry.Run.DoneCount).ShouldBe((true, 5, dry.Run.TotalCount));
        (await StatusAsync(gone), await StatusAsync(full)).ShouldBe((DeliverabilityStatus.New, DeliverabilityStatus.DoesNotExist));
        await RefusedAsync(StatusCode.FailedPrecondition, "REPLAY_NOT_UNDOABLE", () => UndoAsync(dry));

        var run = await ReplayAsync(dryRun: false);
        run.Counts.ShouldBe(counts);
        (await StatusAsync(gone), await StatusAsync(full), await StatusAsync(kept)).ShouldBe((DeliverabilityStatus.DoesNotExist, DeliverabilityStatus.MailboxFull, DeliverabilityStatus.DoesNotExist));
        (await platform.AddressAsync(full)).Facts.Single(f => f.Kind == FactKind.MailboxFull).FactTime.ToDateTime().ShouldBe(time.AddMinutes(1));
        var timelines = new TimelineService.TimelineServiceClient(platform.Contacts.Service.Channel);
        TimelineEvent? told = null;
        await UntilAsync(async () => (told = (await timelines.GetTimelineAsync(new() { ContactId = contact }, platform.Headers)).Events.FirstOrDefault(e => e.RunId == run.ClassificationReplayId)) is not null);
        (told!.DeliverabilityStatus.Status, told.Cause, told.Actor.Kind).ShouldBe(("MAILBOX_FULL", TimelineCause.Deliverability, ActorKind.ApiKey));
        var shown = (await platform.Events.ListDeliveryEventsAsync(new() { Address = gone }, platform.Headers)).DeliveryEvents.Single();
        (shown.FailureClass, shown.RuleId, shown.RuleVersion).ShouldBe((FailureClass.DoesNotExist, "code.5.1.1", Classifier.Version));
        (await ReplayAsync(dryRun: false)).Run.ChangedCount.ShouldBe(0);

        // Somebody else has classified one of them anew meanwhile.
        await RulingAsync(gone, FailureClass.Unavailable);
        var undo = await UndoAsync(run);
        (undo.UndoneReplayId, undo.Run.TotalCount, undo.Run.ChangedCount).ShouldBe((run.ClassificationReplayId, 5, 4));
        undo.Run.SkipCounts.Single().ShouldBe(new SkipCount { Reason = "CHANGED_SINCE", Count = 1 });
        (await StatusAsync(full)).ShouldBe(DeliverabilityStatus.DoesNotExist);
        (await platform.AddressAsync(full)).Facts.ShouldNotContain(f => f.Kind == FactKind.MailboxFull);
        await UndoAsync(undo);
        (await StatusAsync(full)).ShouldBe(DeliverabilityStatus.MailboxFull);
        await ReplayAsync(dryRun: false);
    }

    [Fact]
    public async Task A_replay_is_found_listed_and_cancelled_by_its_account_alone()
    {
        var request = new ReplayClassificationRequest { DryRun = true, RequestId = NewRequest() };
        var replay = (await platform.Classification.ReplayClassificationAsync(request, platform.Headers)).ClassificationReplay;
        (await platform.Classification.ReplayClassificationAsync(request, platform.Headers)).ClassificationReplay.ClassificationReplayId.ShouldBe(replay.ClassificationReplayId);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => platform.Classification.ReplayClassificationAsync(new(request) { DryRun = false }, platform.Headers).ResponseAsync);
        replay = await EndAsync(replay);
        var id = replay.ClassificationReplayId;
        (await platform.Classification.GetClassificationReplayAsync(new() { ClassificationReplayId = id }, platform.Headers)).ClassificationReplay.ShouldBe(replay);
        var page = await platform.Classification.ListClassificationReplaysAsync(new() { PageSize = 1 }, platform.Headers);
        page.ClassificationReplays.ShouldHaveSingleItem();
        await RefusedAsync(StatusCode.FailedPrecondition, "RUN_ENDED", () => platform.Classification.CancelClassificationReplayAsync(new() { ClassificationReplayId = id }, platform.Headers).ResponseAsync);
        foreach (var call in (Func<Task>[])
            [
                () => platform.Classification.GetClassificationReplayAsync(new() { ClassificationReplayId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Classification.CancelClassificationReplayAsync(new() { ClassificationReplayId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Classification.UndoClassificationReplayAsync(new() { ClassificationReplayId = id, RequestId = NewRequest() }, platform.OtherHeaders).ResponseAsync,
                async () => await platform.Classification.WatchClassificationReplay(new() { ClassificationReplayId = id }, platform.OtherHeaders).ResponseStream.MoveNext(default),
            ])
        {
            await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", call);
        }
        (await platform.Classification.ListClassificationReplaysAsync(new(), platform.OtherHeaders)).ClassificationReplays.ShouldBeEmpty();
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.Classification.ListClassificationReplaysAsync(new() { PageToken = "x" }, platform.Headers).ResponseAsync);
        (await MalformedAsync(() => platform.Classification.ReplayClassificationAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["request_id"]);
        (await MalformedAsync(() => platform.Classification.UndoClassificationReplayAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["classification_replay_id", "request_id"]);
        (await MalformedAsync(() => platform.Classification.GetClassificationReplayAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["classification_replay_id"]);
    }

    [Fact]
    public async Task The_rules_can_be_read_and_tried()
    {
        var rules = await platform.Classification.ListClassificationRulesAsync(new(), platform.Headers);
        (rules.Rules[0].RuleId, rules.Rules[^1].RuleId, rules.RuleVersion).ShouldBe(("code.5.1.1", "else", Classifier.Version));
        var tried = await platform.Classification.ClassifyDiagnosticAsync(new() { Diagnostic = "550 no such user", RemoteHost = "mx.example.com" }, platform.Headers);
        (tried.FailureClass, tried.RuleId, tried.RuleVersion).ShouldBe((FailureClass.DoesNotExist, "text.common.no-such-user", Classifier.Version));
        (await MalformedAsync(() => platform.Classification.ClassifyDiagnosticAsync(new() { EnhancedCode = "x", Diagnostic = new('x', 2001), RemoteHost = new('x', 256) }, platform.Headers).ResponseAsync))
            .ShouldBe(["enhanced_code", "diagnostic", "remote_host"]);
    }
}
