using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Stages;

/// <summary>What StageService refuses.</summary>
[Collection("platform")]
public sealed class StageRefusalTests(PlatformFixture platform)
{
    [Fact]
    public async Task An_etag_that_is_no_longer_current_is_refused()
    {
        var id = await platform.CreateContactAsync();
        var etag = (await platform.StageAsync(id)).Etag;
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer, Etag = etag }, platform.Headers);

        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Engaged, Etag = etag }, platform.Headers));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Stages.MarkLostAsync(new() { ContactId = id, Etag = etag }, platform.Headers));
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Stages.ReactivateContactAsync(new() { ContactId = id, Etag = etag }, platform.Headers));
    }

    [Fact]
    public async Task Another_accounts_contact_does_not_exist()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);

        foreach (var call in (Func<Task>[])
        [
            async () => await platform.Stages.GetContactStageAsync(new() { ContactId = id }, platform.OtherHeaders),
            async () => await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Aware }, platform.OtherHeaders),
            async () => await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.OtherHeaders),
            async () => await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.OtherHeaders),
            async () => await platform.Stages.ListStageChangesAsync(new() { ContactId = id }, platform.OtherHeaders),
        ])
        {
            await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", call);
        }
        (await platform.StageAsync(id)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task While_Contacts_is_silent_only_contacts_that_Funnel_has_not_heard_of_wait()
    {
        var id = await platform.CreateContactAsync();
        await platform.StageAsync(id);
        platform.Contacts.Service.Process.Suspend();
        try
        {
            var refusal = await RefusedAsync(StatusCode.Unavailable, "SERVICE_UNAVAILABLE", async () => await platform.Stages.SetStageAsync(new() { ContactId = id + 1_000_000, Stage = FunnelStage.Customer }, platform.Headers));
            refusal.Metadata["service"].ShouldBe("contacts");
            (await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers)).ContactStage.Stage.ShouldBe(FunnelStage.Customer);
        }
        finally
        {
            platform.Contacts.Service.Process.Resume();
        }
    }

    [Fact]
    public async Task Malformed_requests_name_every_field()
    {
        (await MalformedAsync(async () => await platform.Stages.GetContactStageAsync(new(), platform.Headers))).ShouldBe(["contact_id"]);
        (await MalformedAsync(async () => await platform.Stages.SetStageAsync(new() { ContactId = -1, Stage = (FunnelStage)9 }, platform.Headers))).ShouldBe(["contact_id", "stage"]);
        (await MalformedAsync(async () => await platform.Stages.SetStageAsync(new(), platform.Headers))).ShouldBe(["contact_id", "stage"]);
        (await MalformedAsync(async () => await platform.Stages.MarkLostAsync(new(), platform.Headers))).ShouldBe(["contact_id"]);
        (await MalformedAsync(async () => await platform.Stages.ReactivateContactAsync(new() { Stage = (FunnelStage)9 }, platform.Headers))).ShouldBe(["contact_id", "stage"]);
        (await MalformedAsync(async () => await platform.Stages.BatchSetStageAsync(new() { ContactIds = { 1, 0 } }, platform.Headers))).ShouldBe(["contact_ids[1]", "stage"]);
        (await MalformedAsync(async () => await platform.Stages.BatchGetContactStagesAsync(new(), platform.Headers))).ShouldBe(["contact_ids"]);
        (await MalformedAsync(async () => await platform.Stages.ListStageChangesAsync(new() { PageSize = 1001 }, platform.Headers))).ShouldBe(["contact_id", "page_size"]);
        (await MalformedAsync(async () => await platform.Stages.SetDefaultStageAsync(new(), platform.Headers))).ShouldBe(["stage"]);
        var many = Enumerable.Range(1, 1001).Select(i => (long)i).ToArray();
        var limit = await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", async () => await platform.Stages.BatchSetStageAsync(new() { ContactIds = { many }, Stage = FunnelStage.Aware }, platform.Headers));
        limit.Metadata["limit"].ShouldBe("1000");
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", async () => await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { many } }, platform.Headers));
    }
}
