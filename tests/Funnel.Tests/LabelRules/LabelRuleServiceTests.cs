using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.Testing;
using Grpc.Core;
using StackExchange.Redis;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.LabelRules;

[Collection("platform")]
public sealed class LabelRuleServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_run_flips_every_contact_that_carries_the_label()
    {
        var (ids, label) = await platform.ImportContactsAsync(1199);
        var (lost, inactive, there, deleted, other) = (ids[0], ids[1], ids[2], ids[3], await platform.CreateContactAsync());
        await platform.Stages.MarkLostAsync(new() { ContactId = lost }, platform.Headers);
        await platform.SetRecordInactiveAsync(inactive, true);
        await platform.Stages.SetStageAsync(new() { ContactId = there, Stage = FunnelStage.Customer }, platform.Headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = deleted }, platform.Headers);
        var rule = await platform.CreateRuleAsync(label, FunnelStage.Customer);

        var started = await platform.StartRunAsync(rule);
        var states = new List<LabelRuleRun>();
        using (var watch = platform.RulesOfReplica.WatchLabelRuleRun(new() { RunId = started.Run.RunId }, platform.Headers))
        {
            await foreach (var seen in watch.ResponseStream.ReadAllAsync())
            {
                states.Add(seen.LabelRuleRun);
            }
        }

        var run = states[^1].Run;
        (run.State, run.TotalCount, run.DoneCount, run.ChangedCount, run.UnchangedCount).ShouldBe((RunState.Succeeded, 1198, 1198, 1196, 1));
        run.SkipCounts.ShouldBe([new SkipCount { Reason = "RECORD_INACTIVE", Count = 1 }]);
        (run.StartTime <= run.SetTime && run.SetTime <= run.EndTime).ShouldBeTrue();
        (states[^1].LabelRuleId, states[^1].LabelId, states[^1].Stage).ShouldBe((rule, label, FunnelStage.Customer));
        var history = await platform.HistoryAsync(lost);
        (history[^1].Cause, history[^1].RunId, history[^1].From.Lost, history[^1].To.Lost).ShouldBe((StageChangeCause.LabelRule, run.RunId, true, false));
        history[^1].Actor.Kind.ShouldBe(ActorKind.ApiKey);
        (await platform.StageAsync(inactive)).IsDefault.ShouldBeTrue();
        (await platform.StageAsync(other)).IsDefault.ShouldBeTrue();
        (await platform.Rules.GetLabelRuleAsync(new() { LabelRuleId = rule }, platform.Headers)).LabelRule.LastRunId.ShouldBe(run.RunId);

        // Who gains the label later is touched by the next run only.
        await platform.Labels.AddLabelAsync(new() { ContactId = other, LabelId = label }, platform.Headers);
        (await platform.StageAsync(other)).IsDefault.ShouldBeTrue();
        var again = (await platform.WaitForRunAsync((await platform.StartRunAsync(rule)).Run.RunId)).Run;
        (again.ChangedCount, again.UnchangedCount).ShouldBe((1, 1197));
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_request_id_sent_fifty_times_at_once_makes_one_run()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(await platform.CreateContactsAsync(3)), FunnelStage.Engaged);

        var runs = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            (await (i % 2 == 0 ? platform.Rules : platform.RulesOfReplica).RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = "fifty" }, platform.Headers)).LabelRuleRun.Run.RunId));

        runs.Distinct().ShouldHaveSingleItem();
        (await platform.WaitForRunAsync(runs[0])).Run.ChangedCount.ShouldBe(3);
        (await platform.Rules.ListLabelRuleRunsAsync(new() { LabelRuleId = rule }, platform.Headers)).LabelRuleRuns.Count.ShouldBe(1);
        var other = await platform.CreateRuleAsync(await platform.CreateLabelAsync(), FunnelStage.Engaged);
        var reused = await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await platform.Rules.RunLabelRuleAsync(new() { LabelRuleId = other, RequestId = "fifty" }, platform.Headers));
        reused.Metadata["existing_id"].ShouldBe($"{runs[0]}");
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_whichever_replica_took_them()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(await platform.CreateContactsAsync(1)), FunnelStage.Engaged);
        var runs = new List<long>();
        foreach (var replica in new[] { platform.Rules, platform.RulesOfReplica, platform.RulesOfReplica, platform.Rules, platform.RulesOfReplica, platform.Rules })
        {
            runs.Insert(0, (await replica.RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = platform.NewRequestId() }, platform.Headers)).LabelRuleRun.Run.RunId);
        }
        (await platform.Rules.ListLabelRuleRunsAsync(new() { LabelRuleId = rule }, platform.Headers)).LabelRuleRuns.Select(r => r.Run.RunId).ShouldBe(runs);
        await platform.WaitForRunAsync(runs[0]);
    }

    [Fact]
    public async Task One_run_of_an_account_works_at_a_time_and_a_queued_one_can_be_cancelled()
    {
        var ids = await platform.CreateContactsAsync(3);
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(ids), FunnelStage.Promoter);
        var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        var key = (RedisKey)(platform.Contacts.RedisKeyPrefix + LockKey.LabelRules(ContactsHost.Account).Key);
        // Another run of the account, as far as anybody can tell.
        (await redis.GetDatabase().StringSetAsync(key, "another", TimeSpan.FromMinutes(1), When.NotExists)).ShouldBeTrue();
        try
        {
            var first = await platform.StartRunAsync(rule);
            var second = await platform.StartRunAsync(rule);
            await UntilAsync(async () => (await platform.Rules.GetLabelRuleRunAsync(new() { RunId = second.Run.RunId }, platform.Headers)).LabelRuleRun.Run is { State: RunState.Queued, StartTime: null, Message.Length: > 0 });

            var cancelled = (await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = second.Run.RunId }, platform.Headers)).LabelRuleRun.Run;
            cancelled.State.ShouldBe(RunState.Cancelled);
            await redis.GetDatabase().KeyDeleteAsync(key);
            await platform.WaitForRunAsync(first.Run.RunId);
            var ended = await RefusedAsync(StatusCode.FailedPrecondition, "RUN_ENDED", async () => await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = first.Run.RunId }, platform.Headers));
            ended.Metadata["from"].ShouldBe("SUCCEEDED");
            (await platform.StageAsync(ids[0])).Version.ShouldBe(1);
        }
        finally
        {
            await redis.GetDatabase().KeyDeleteAsync(key);
            redis.Dispose();
        }
    }

    [Fact]
    public async Task A_run_whose_label_is_gone_fails_and_says_so()
    {
        var label = await platform.CreateLabelAsync();
        var rule = await platform.CreateRuleAsync(label, FunnelStage.Customer);
        await platform.Labels.DeleteLabelAsync(new() { LabelId = label }, platform.Headers);

        var run = (await platform.WaitForRunAsync((await platform.StartRunAsync(rule)).Run.RunId)).Run;

        (run.State, run.FailureReason).ShouldBe((RunState.Failed, "LABEL_NOT_FOUND"));
        var refusal = await RefusedAsync(StatusCode.NotFound, "LABEL_NOT_FOUND", () => platform.CreateRuleAsync(label, FunnelStage.Aware));
        refusal.Metadata["label_id"].ShouldBe($"{label}");
    }

    [Fact]
    public async Task Rules_are_created_once_read_listed_and_deleted()
    {
        var label = await platform.CreateLabelAsync();
        var request = new CreateLabelRuleRequest { LabelRule = new() { LabelId = label, Stage = FunnelStage.Customer, DisplayName = " Käufer " }, RequestId = $"rule {label}" };

        var rule = (await platform.Rules.CreateLabelRuleAsync(request, platform.Headers)).LabelRule;

        (await platform.Rules.CreateLabelRuleAsync(request, platform.Headers)).LabelRule.ShouldBe(rule);
        (rule.DisplayName, rule.LastRunId).ShouldBe(("Käufer", 0));
        var exists = await RefusedAsync(StatusCode.AlreadyExists, "LABEL_RULE_EXISTS", () => platform.CreateRuleAsync(label, FunnelStage.Customer));
        exists.Metadata["label_rule_id"].ShouldBe($"{rule.LabelRuleId}");
        var second = await platform.CreateRuleAsync(label, FunnelStage.Engaged);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () =>
        {
            var changed = request.Clone();
            changed.LabelRule.Stage = FunnelStage.Promoter;
            await platform.Rules.CreateLabelRuleAsync(changed, platform.Headers);
        });
        var listed = new List<long>();
        for (var token = ""; ;)
        {
            var page = await platform.Rules.ListLabelRulesAsync(new() { PageSize = 1, PageToken = token }, platform.Headers);
            listed.AddRange(page.LabelRules.Select(r => r.LabelRuleId));
            if ((token = page.NextPageToken).Length == 0)
            {
                break;
            }
        }
        listed.ShouldBeInOrder();
        listed.ShouldContain(rule.LabelRuleId);
        listed.ShouldContain(second);

        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Rules.DeleteLabelRuleAsync(new() { LabelRuleId = second, Etag = "77" }, platform.Headers));
        await platform.Rules.DeleteLabelRuleAsync(new() { LabelRuleId = second, Etag = rule.Etag }, platform.Headers);
        foreach (var call in (Func<Task>[])
        [
            async () => await platform.Rules.GetLabelRuleAsync(new() { LabelRuleId = second }, platform.Headers),
            async () => await platform.Rules.DeleteLabelRuleAsync(new() { LabelRuleId = second }, platform.Headers),
            async () => await platform.Rules.RunLabelRuleAsync(new() { LabelRuleId = second, RequestId = "gone" }, platform.Headers),
            async () => await platform.Rules.GetLabelRuleAsync(new() { LabelRuleId = rule.LabelRuleId }, platform.OtherHeaders),
            async () => await platform.Rules.DeleteLabelRuleAsync(new() { LabelRuleId = rule.LabelRuleId }, platform.OtherHeaders),
            async () => await platform.Rules.RunLabelRuleAsync(new() { LabelRuleId = rule.LabelRuleId, RequestId = "foreign" }, platform.OtherHeaders),
        ])
        {
            await RefusedAsync(StatusCode.NotFound, "LABEL_RULE_NOT_FOUND", call);
        }
        await RefusedAsync(StatusCode.NotFound, "LABEL_NOT_FOUND", async () => await platform.Rules.CreateLabelRuleAsync(new() { LabelRule = new() { LabelId = label, Stage = FunnelStage.Customer } }, platform.OtherHeaders));
    }

    [Fact]
    public async Task Another_accounts_run_does_not_exist()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(), FunnelStage.Aware);
        var run = (await platform.WaitForRunAsync((await platform.StartRunAsync(rule)).Run.RunId)).Run.RunId;

        foreach (var call in (Func<Task>[])
        [
            async () => await platform.Rules.GetLabelRuleRunAsync(new() { RunId = run }, platform.OtherHeaders),
            async () => await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = run }, platform.OtherHeaders),
            async () => await platform.Rules.WatchLabelRuleRun(new() { RunId = run }, platform.OtherHeaders).ResponseStream.MoveNext(default),
        ])
        {
            await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", call);
        }
        (await platform.Rules.ListLabelRuleRunsAsync(new(), platform.OtherHeaders)).LabelRuleRuns.ShouldBeEmpty();
    }

    [Fact]
    public async Task Malformed_requests_name_every_field()
    {
        (await MalformedAsync(async () => await platform.Rules.CreateLabelRuleAsync(new(), platform.Headers))).ShouldBe(["label_rule", "label_rule.label_id", "label_rule.stage"]);
        (await MalformedAsync(async () => await platform.Rules.CreateLabelRuleAsync(new() { LabelRule = new() { LabelId = 1, Stage = FunnelStage.Aware, DisplayName = new string('x', 201) }, RequestId = new string('r', 65) }, platform.Headers)))
            .ShouldBe(["label_rule.display_name", "request_id"]);
        (await MalformedAsync(async () => await platform.Rules.GetLabelRuleAsync(new(), platform.Headers))).ShouldBe(["label_rule_id"]);
        (await MalformedAsync(async () => await platform.Rules.DeleteLabelRuleAsync(new(), platform.Headers))).ShouldBe(["label_rule_id"]);
        (await MalformedAsync(async () => await platform.Rules.ListLabelRulesAsync(new() { PageSize = -1 }, platform.Headers))).ShouldBe(["page_size"]);
        (await MalformedAsync(async () => await platform.Rules.RunLabelRuleAsync(new(), platform.Headers))).ShouldBe(["label_rule_id", "request_id"]);
        (await MalformedAsync(async () => await platform.Rules.GetLabelRuleRunAsync(new(), platform.Headers))).ShouldBe(["run_id"]);
        (await MalformedAsync(async () => await platform.Rules.CancelLabelRuleRunAsync(new(), platform.Headers))).ShouldBe(["run_id"]);
        (await MalformedAsync(async () => await platform.Rules.ListLabelRuleRunsAsync(new() { LabelRuleId = -1, PageSize = 5000 }, platform.Headers))).ShouldBe(["label_rule_id", "page_size"]);
        (await MalformedAsync(async () => await platform.Rules.WatchLabelRuleRun(new(), platform.Headers).ResponseStream.MoveNext(default))).ShouldBe(["run_id"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await platform.Rules.ListLabelRulesAsync(new() { PageToken = "x" }, platform.Headers));
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await platform.Rules.ListLabelRuleRunsAsync(new() { PageToken = "x" }, platform.Headers));
    }
}
