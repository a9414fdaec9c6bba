using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Previews;

[Collection("platform")]
public sealed class PreviewServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_preview_says_what_the_run_then_does()
    {
        var ids = await platform.CreateContactsAsync(30);
        var (lost, inactive, there) = (ids[0], ids[1], ids[2]);
        await platform.Stages.BatchSetStageAsync(new() { ContactIds = { ids[3], ids[4], lost }, Stage = FunnelStage.Engaged }, platform.Headers);
        await platform.Stages.MarkLostAsync(new() { ContactId = lost }, platform.Headers);
        await platform.Stages.SetStageAsync(new() { ContactId = there, Stage = FunnelStage.Customer }, platform.Headers);
        await platform.SetRecordInactiveAsync(inactive, true);
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(ids), FunnelStage.Customer);

        var preview = await PreviewAsync(rule);

        (preview.LabelRuleId, preview.Stage, preview.TotalCount, preview.ChangedCount, preview.UnchangedCount, preview.LostCount).ShouldBe((rule, FunnelStage.Customer, 30, 28, 1, 1));
        preview.SkipCounts.ShouldBe([new SkipCount { Reason = "RECORD_INACTIVE", Count = 1 }]);
        preview.Moves.Select(m => (m.From.Stage, m.From.Lost, m.To.Stage, m.To.Lost, m.ContactCount)).ShouldBe(
        [
            (FunnelStage.Unspecified, false, FunnelStage.Customer, false, 25), (FunnelStage.Engaged, false, FunnelStage.Customer, false, 2), (FunnelStage.Engaged, true, FunnelStage.Customer, false, 1),
        ]);
        preview.SampleContacts.Select(c => c.ContactId).ShouldBe([lost, .. ids[3..22]]);
        (preview.SampleContacts[0].From.Stage, preview.SampleContacts[0].From.Lost).ShouldBe((FunnelStage.Engaged, true));
        (preview.ExpireTime.ToDateTime() - preview.PreviewTime.ToDateTime()).ShouldBe(TimeSpan.FromHours(1));
        (await platform.StageAsync(ids[5])).IsDefault.ShouldBeTrue();

        var run = await platform.RunAsync(rule, preview.PreviewToken);
        (run.Run.State, run.Run.TotalCount, run.Run.ChangedCount, run.Run.UnchangedCount).ShouldBe((RunState.Succeeded, preview.TotalCount, preview.ChangedCount, preview.UnchangedCount));
        run.Run.SkipCounts.ShouldBe(preview.SkipCounts);
        run.MembersDifference.ShouldBeNull();

        // The token is bound to the members, not to where they stand: the same again, with nothing to do.
        (await platform.RunAsync(rule, preview.PreviewToken)).Run.UnchangedCount.ShouldBe(29);
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_set_than_the_previewed_one_is_refused_with_the_difference()
    {
        var (ids, label) = await platform.ImportContactsAsync(1030);
        var others = await platform.CreateContactsAsync(30);
        var rule = await platform.CreateRuleAsync(label, FunnelStage.Promoter);
        var preview = await PreviewAsync(rule);
        await platform.Labels.BatchAddLabelAsync(new() { LabelId = label, ContactIds = { others } }, platform.Headers);
        await platform.Labels.RemoveLabelAsync(new() { LabelId = label, ContactId = ids[7] }, platform.Headers);
        await platform.Labels.RemoveLabelAsync(new() { LabelId = label, ContactId = ids[1005] }, platform.Headers);

        var run = await platform.RunAsync(rule, preview.PreviewToken);

        (run.Run.State, run.Run.FailureReason, run.Run.DoneCount).ShouldBe((RunState.Failed, "LABEL_MEMBERS_CHANGED", 0));
        var difference = run.MembersDifference;
        (difference.AddedCount, difference.RemovedCount).ShouldBe((30, 2));
        difference.AddedContactIds.ShouldBe(others[..20]);
        difference.RemovedContactIds.ShouldBe([ids[7], ids[1005]]);
        run.Run.Message.ShouldContain("30");
        (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids[..1000] } }, platform.Headers)).ContactStages.ShouldAllBe(s => s.IsDefault);
        using (var watch = platform.RulesOfReplica.WatchLabelRuleRun(new() { RunId = run.Run.RunId }, platform.Headers))
        {
            (await watch.ResponseStream.MoveNext(default)).ShouldBeTrue();
            watch.ResponseStream.Current.LabelRuleRun.MembersDifference.ShouldBe(difference);
        }

        // Back to the same members, the token holds again.
        await platform.Labels.BatchRemoveLabelAsync(new() { LabelId = label, ContactIds = { others } }, platform.Headers);
        await platform.Labels.BatchAddLabelAsync(new() { LabelId = label, ContactIds = { ids[7], ids[1005] } }, platform.Headers);
        (await platform.RunAsync(rule, preview.PreviewToken)).Run.ChangedCount.ShouldBe(1030);
    }

    [Fact]
    public async Task A_token_is_good_for_its_rule_and_account_only_and_as_long_as_it_lives()
    {
        var label = await platform.CreateLabelAsync(await platform.CreateContactsAsync(2));
        var rule = await platform.CreateRuleAsync(label, FunnelStage.Customer);
        var other = await platform.CreateRuleAsync(label, FunnelStage.Engaged);
        var token = (await PreviewAsync(rule)).PreviewToken;
        async Task RefuseAsync(long ruleId, string text) =>
            (await RefusedAsync(StatusCode.InvalidArgument, "PREVIEW_TOKEN_INVALID", () => platform.StartRunAsync(ruleId, text))).Metadata["label_rule_id"].ShouldBe($"{ruleId}");

        await RefuseAsync(other, token);
        await RefuseAsync(rule, token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1]);
        await RefuseAsync(rule, token[..8]);
        await RefuseAsync(rule, "no token");
        await RefuseAsync(rule, new string('A', 5000));
        await platform.StartRunAsync(rule, token);

        // The twenty-first preview of the account takes the place of the first.
        for (var i = 0; i < 20; i++)
        {
            await PreviewAsync(other);
        }
        await RefuseAsync(rule, token);

        var late = (await PreviewAsync(rule)).PreviewToken;
        await using var connection = await platform.Funnel.Database.OpenAsync(default);
        await using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE label_rule_previews SET expire_time = create_time WHERE label_rule_id = {rule}";
        await command.ExecuteNonQueryAsync();
        await RefuseAsync(rule, late);
        await PreviewAsync(other);
        command.CommandText = $"SELECT COUNT(*) FROM label_rule_previews WHERE label_rule_id = {rule}";
        Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(0);
        command.CommandText = "SELECT COUNT(*) FROM label_rule_targets t WHERE NOT EXISTS (SELECT 1 FROM label_rule_previews p WHERE p.preview_id = t.run_id) AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id = t.run_id)";
        Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(0);
    }

    [Fact]
    public async Task An_empty_label_is_previewed_and_what_does_not_exist_is_not()
    {
        var label = await platform.CreateLabelAsync();
        var rule = await platform.CreateRuleAsync(label, FunnelStage.Customer);
        var empty = await PreviewAsync(rule);
        (empty.TotalCount, empty.Moves.Count).ShouldBe((0, 0));
        (await platform.RunAsync(rule, empty.PreviewToken)).Run.State.ShouldBe(RunState.Succeeded);

        await RefusedAsync(StatusCode.NotFound, "LABEL_RULE_NOT_FOUND", async () => await platform.Previews.PreviewLabelRuleAsync(new() { LabelRuleId = rule }, platform.OtherHeaders));
        (await MalformedAsync(async () => await platform.Previews.PreviewLabelRuleAsync(new(), platform.Headers))).ShouldBe(["label_rule_id"]);
        await platform.Labels.DeleteLabelAsync(new() { LabelId = label }, platform.Headers);
        (await RefusedAsync(StatusCode.NotFound, "LABEL_NOT_FOUND", () => PreviewAsync(rule))).Metadata["label_id"].ShouldBe($"{label}");
    }

    private async Task<LabelRulePreview> PreviewAsync(long rule) =>
        (await platform.Previews.PreviewLabelRuleAsync(new() { LabelRuleId = rule }, platform.Headers)).Preview;
}
