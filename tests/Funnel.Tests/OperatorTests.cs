using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests;

/// <summary>People come with tokens of their identity provider, beside the platform's own.</summary>
[Collection("platform")]
public sealed class OperatorTests(PlatformFixture platform)
{
    [Fact]
    public async Task What_a_person_does_is_a_manual_change_in_that_persons_name()
    {
        var contact = await platform.CreateContactAsync();
        await UntilAsync(async () => (await platform.Reports.GetFunnelReportAsync(new(), platform.Headers)).StageCounts.Sum(c => c.ActiveCount) > 0);
        await platform.Stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Engaged }, platform.Operator("funnel.read funnel.write"));

        var change = (await platform.HistoryAsync(contact)).ShouldHaveSingleItem();
        change.Cause.ShouldBe(StageChangeCause.Manual);
        (change.Actor.Kind, change.Actor.Subject, change.Actor.DisplayName).ShouldBe((ActorKind.Operator, "ines@example.com", "Inês"));
    }

    [Fact]
    public async Task A_token_of_a_person_opens_the_other_services_too()
    {
        var created = await platform.ContactService.CreateContactAsync(
            new() { Contact = new() { Email = "from.a.person@example.com" } }, platform.Operator("contacts.write"));
        created.Contact.ContactId.ShouldBePositive();
    }

    [Theory]
    [InlineData("service:funnel")]
    [InlineData("key:1")]
    public async Task Nobody_becomes_a_service_by_the_name_that_a_provider_gives(string subject)
    {
        using var feed = new ChangesService.ChangesServiceClient(platform.Funnel.Service.Channel)
            .StreamChanges(new(), platform.Operator("changes.read funnel.read", 0, subject));
        await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", () => feed.ResponseStream.MoveNext(CancellationToken.None));

        var contact = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Engaged }, platform.Operator("funnel.write", subject: subject));
        (await platform.HistoryAsync(contact)).ShouldHaveSingleItem().Actor.Kind.ShouldBe(ActorKind.Operator);
    }

    [Fact]
    public async Task A_stranger_with_the_providers_name_is_refused()
    {
        var stranger = new TestTokens("people-1").Token("funnel.read", issuer: platform.Operators.Address.ToString().TrimEnd('/'));
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () =>
            platform.Reports.GetFunnelReportAsync(new(), new Metadata { { "authorization", $"Bearer {stranger}" } }).ResponseAsync);
        // Nor does the provider's key make a token of the platform.
        var forged = platform.OperatorTokens.Token("funnel.read");
        await RefusedAsync(StatusCode.Unauthenticated, "TOKEN_INVALID", () =>
            platform.Reports.GetFunnelReportAsync(new(), new Metadata { { "authorization", $"Bearer {forged}" } }).ResponseAsync);
    }
}
