using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Addresses;

[Collection("platform")]
public sealed class AddressServiceTests(PlatformFixture platform)
{
    private static readonly DateTime Then = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task An_address_shows_all_that_is_known_of_it_to_its_account_alone()
    {
        var address = platform.NewAddress();
        await platform.FoldAsync(address, (FactKind.Sent, Then), (FactKind.Delivered, Then.AddSeconds(2)), (FactKind.Delivered, Then.AddSeconds(1)), (FactKind.MachineOpened, Then.AddSeconds(3)));

        var shown = (await platform.Addresses.GetAddressAsync(new() { Address = $" {address.ToUpperInvariant()} " }, platform.Headers)).Address;
        (shown.Address_, shown.Status).ShouldBe((address, DeliverabilityStatus.Active));
        shown.Facts.Select(f => (f.Kind, f.FactTime.ToDateTime())).ShouldBe(
            [(FactKind.Delivered, Then.AddSeconds(2)), (FactKind.Sent, Then), (FactKind.MachineOpened, Then.AddSeconds(3)), (FactKind.FirstDelivered, Then.AddSeconds(1))]);
        (await platform.Addresses.GetAddressAsync(new() { Address = address }, platform.OtherHeaders)).Address.ShouldBe(new Address { Address_ = address, Status = DeliverabilityStatus.New });
        (await MalformedAsync(() => platform.Addresses.GetAddressAsync(new() { Address = "nobody" }, platform.Headers).ResponseAsync)).ShouldBe(["address"]);
    }

    [Theory]
    [InlineData(FactKind.Complaint, DeliverabilityStatus.Complained)]
    [InlineData(FactKind.Unsubscribed, DeliverabilityStatus.Unsubscribed)]
    [InlineData(FactKind.DoesNotExist, DeliverabilityStatus.DoesNotExist)]
    public async Task What_was_wrong_is_cleared_once_with_the_reason_kept(FactKind kind, DeliverabilityStatus status)
    {
        var address = platform.NewAddress();
        await platform.KnownContactAsync(address);
        // An event whose clock was ahead.
        await platform.FoldAsync(address, (kind, Now.AddMinutes(5)), (FactKind.Delivered, Then));
        (await platform.CheckAsync(address)).Status.ShouldBe(status);

        var cleared = await platform.Addresses.ClearFactAsync(new() { Address = address, Kind = kind, Reason = "asked by phone" }, platform.Headers);
        cleared.Address.Status.ShouldBe(DeliverabilityStatus.Active);
        cleared.ChangeToken.ShouldNotBeEmpty();
        var clearance = cleared.Address.Clearances.ShouldHaveSingleItem();
        (clearance.Kind, clearance.Reason, clearance.Actor.Kind).ShouldBe((kind, "asked by phone", ActorKind.ApiKey));
        (await platform.CheckAsync(address)).Sendable.ShouldBeTrue();

        var refusal = await RefusedAsync(StatusCode.FailedPrecondition, "FACT_DOES_NOT_HOLD",
            () => platform.Addresses.ClearFactAsync(new() { Address = address, Kind = kind, Reason = "once more" }, platform.Headers).ResponseAsync);
        refusal.Metadata["from"].ShouldBe("Active");
    }

    [Fact]
    public async Task What_passes_by_itself_is_not_cleared_by_hand_nor_without_a_reason()
    {
        var request = new ClearFactRequest { Address = platform.NewAddress(), Kind = FactKind.Unavailable };
        (await MalformedAsync(() => platform.Addresses.ClearFactAsync(request, platform.Headers).ResponseAsync)).ShouldBe(["kind", "reason"]);
        await RefusedAsync(StatusCode.FailedPrecondition, "FACT_DOES_NOT_HOLD",
            () => platform.Addresses.ClearFactAsync(new() { Address = platform.NewAddress(), Kind = FactKind.Complaint, Reason = "none" }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task Others_are_told_when_a_trouble_has_passed_by_itself()
    {
        var address = platform.NewAddress();
        await platform.FoldAsync(address, (FactKind.Unavailable, Now));
        (await platform.CheckAsync(address)).Status.ShouldBe(DeliverabilityStatus.Unavailable);
        await platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.Where(a => a.Address == address)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.UnavailableTime, a => a.UnavailableTime!.Value.AddHours(-72))));
        (await platform.CheckAsync(address)).Status.ShouldBe(DeliverabilityStatus.New);
        await UntilAsync(() => platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.AnyAsync(a => a.Address == address && a.Status == DeliverabilityStatus.New)));
    }
}
