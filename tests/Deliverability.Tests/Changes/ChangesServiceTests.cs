using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Changes;

[Collection("platform")]
public sealed class ChangesServiceTests(PlatformFixture platform)
{
    private V1.ChangesService.ChangesServiceClient Feed => new(platform.Deliverability.Service.Channel);

    [Fact]
    public async Task The_feed_tells_how_contacts_stand_with_mail_after_a_position()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        var address = platform.NewAddress();
        var contact = await platform.KnownContactAsync(address);
        var first = await platform.Suppressions.AddSuppressionAsync(new() { Address = address }, platform.Headers);
        var sent = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
        await platform.FoldAsync(address, (FactKind.Sent, sent), (FactKind.Delivered, sent));
        // A scanner's opening and another delivery change nothing that is told.
        await platform.FoldAsync(address, (FactKind.MachineOpened, sent), (FactKind.Delivered, sent.AddHours(1)));
        await platform.FoldAsync(address, (FactKind.Opened, sent.AddHours(2)), (FactKind.Clicked, sent.AddHours(3)));
        var last = await platform.Suppressions.RemoveSuppressionAsync(new() { Address = address, Reason = "a mistake" }, platform.Headers);

        using var call = Feed.StreamChanges(new() { AfterPosition = first.ChangeToken }, headers);
        var told = new List<StreamChangesResponse>();
        while (told.Count < 3 && await call.ResponseStream.MoveNext(default))
        {
            if (call.ResponseStream.Current.DeliverabilityChanged.Contacts.Any(c => c.ContactId == contact))
            {
                told.Add(call.ResponseStream.Current);
            }
        }
        told.Select(t => t.DeliverabilityChanged.Contacts.Single()).Select(c => (c.FromStatus, c.Status, c.LastSendTime, c.LastOpenTime?.ToDateTime(), c.LastClickTime?.ToDateTime())).ShouldBe(
        [
            (DeliverabilityStatus.UnsubscribedByUs, DeliverabilityStatus.UnsubscribedByUs, Timestamp.FromDateTime(sent), null, null),
            (DeliverabilityStatus.UnsubscribedByUs, DeliverabilityStatus.UnsubscribedByUs, Timestamp.FromDateTime(sent), sent.AddHours(2), sent.AddHours(3)),
            (DeliverabilityStatus.UnsubscribedByUs, DeliverabilityStatus.Active, Timestamp.FromDateTime(sent), sent.AddHours(2), sent.AddHours(3)),
        ]);
        told.Select(t => t.DeliverabilityChanged.Contacts.Single().Revision).ShouldBeInOrder();
        (told[^1].Position, told[^1].AccountId, told[^1].Actor.Kind).ShouldBe((last.ChangeToken, ContactsHost.Account, ActorKind.ApiKey));
        told[0].Actor.Kind.ShouldBe(ActorKind.Service);
        (await Feed.GetBacklogAsync(new() { AfterPosition = first.ChangeToken }, headers)).ChangeCount.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_foreign_position_is_refused_and_so_is_an_account()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        (await MalformedAsync(async () => await Feed.GetBacklogAsync(new() { AfterPosition = "x" }, headers))).ShouldBe(["after_position"]);
        var refusal = await RefusedAsync(StatusCode.PermissionDenied, "SCOPE_MISSING", async () => await Feed.StreamChanges(new(), platform.Headers).ResponseStream.MoveNext(default));
        refusal.Metadata["required"].ShouldBe("changes.read");
    }
}
