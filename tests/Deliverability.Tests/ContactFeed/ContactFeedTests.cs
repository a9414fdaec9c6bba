using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.ContactFeed;

/// <summary>Deliverability follows who has which address, and who is unsubscribed in Contacts.</summary>
[Collection("platform")]
public sealed class ContactFeedTests(PlatformFixture platform)
{
    private ConsentService.ConsentServiceClient Consent => new(platform.Contacts.Service.Channel);

    [Fact]
    public async Task A_contact_has_the_status_of_the_address_that_it_has_now()
    {
        var (old, now) = (platform.NewAddress(), platform.NewAddress());
        await platform.FoldAsync(old, (FactKind.DoesNotExist, Now));
        var contact = await platform.KnownContactAsync(old);
        (await platform.CheckAsync(contact)).Block.ShouldBe(SendBlock.DoesNotExist);

        await UpdateEmailAsync(contact, now);
        await UntilAsync(async () => (await platform.CheckAsync(contact)).Sendable);
        // The old address is as it was, and whoever comes in with it finds it so.
        var other = await platform.CreateContactAsync(old);
        (await platform.CheckAsync(other)).Block.ShouldBe(SendBlock.DoesNotExist);
    }

    [Fact]
    public async Task An_unsubscribed_contact_takes_that_to_another_address_and_subscribing_again_lifts_the_link_of_a_message_too()
    {
        var (old, now) = (platform.NewAddress(), platform.NewAddress());
        var contact = await platform.KnownContactAsync(old);
        await platform.FoldAsync(now, (FactKind.ContactUnsubscribed, Now.AddMinutes(-2)), (FactKind.ContactResubscribed, Now.AddMinutes(-1)), (FactKind.Unsubscribed, Now.AddMinutes(-1)));
        await Consent.UnsubscribeContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => (await platform.CheckAsync(contact)).Block == SendBlock.ContactUnsubscribed);
        await UpdateEmailAsync(contact, now);
        await UntilAsync(async () => (await platform.Sendability.ExplainSendabilityAsync(new() { ContactId = contact }, platform.Headers)).Address == now);
        (await platform.Sendability.ExplainSendabilityAsync(new() { ContactId = contact }, platform.Headers)).Blocks.Select(b => b.Block).ShouldBe([SendBlock.Unsubscribed, SendBlock.ContactUnsubscribed]);

        await Consent.ResubscribeContactAsync(new() { ContactId = contact, Reason = "ticked the box" }, platform.Headers);
        await UntilAsync(async () => (await platform.CheckAsync(contact)).Sendable);
        (await platform.CheckAsync(old)).Block.ShouldBe(SendBlock.ContactUnsubscribed);
    }

    [Fact]
    public async Task A_merged_contacts_address_goes_with_the_one_that_stays_and_erasing_that_leaves_keyed_hashes()
    {
        var (mine, merged, shared, suppressed) = ("wilhelmina.a@erase.example", "wilhelmina.b@erase.example", "wilhelmina.c@erase.example", "wilhelmina.d@erase.example");
        var survivor = await platform.KnownContactAsync(suppressed);
        var gone = await platform.KnownContactAsync(merged);
        await platform.Suppressions.AddSuppressionAsync(new() { Address = suppressed, Reason = "wilhelmina wrote" }, platform.Headers);
        await platform.FoldAsync(suppressed, (FactKind.Opened, Now));
        await UpdateEmailAsync(survivor, shared);
        await UntilAsync(async () => (await platform.CheckAsync(survivor)).Sendable);
        await UpdateEmailAsync(survivor, mine);
        await UntilAsync(async () => (await platform.Sendability.ExplainSendabilityAsync(new() { ContactId = survivor }, platform.Headers)).Address == mine);
        var other = await platform.KnownContactAsync(shared);
        await new ContactMergeService.ContactMergeServiceClient(platform.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = gone }, platform.Headers);
        await UntilAsync(async () => (await platform.Sendability.CheckSendableAsync(new() { ContactIds = { gone } }, platform.Headers)).MissingContactIds.Count == 1);

        await new ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = survivor }, platform.Headers);
        await UntilAsync(async () => (await platform.Sendability.CheckSendableAsync(new() { ContactIds = { survivor } }, platform.Headers)).MissingContactIds.Count == 1);
        // Only what another contact has is left.
        foreach (var trace in await Traces.FindAsync(platform.Deliverability.Database, "wilhelmina"))
        {
            trace.ShouldContain("addresses");
        }
        (await platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.Where(a => a.Address.StartsWith("wilhelmina")).Select(a => a.Address).ToListAsync())).ShouldBe([shared]);
        (await platform.CheckAsync(other)).Sendable.ShouldBeTrue();
        (await platform.CheckAsync(suppressed)).Block.ShouldBe(SendBlock.Suppressed);
        var listed = await platform.Suppressions.ListSuppressionsAsync(new() { PageSize = 1000 }, platform.Headers);
        listed.Suppressions.Count(s => s is { Address: "", Reason: "" }).ShouldBe(1);
        (await platform.Addresses.GetAddressAsync(new() { Address = suppressed }, platform.Headers)).Address.Facts.Select(f => f.Kind).ShouldBe([FactKind.Suppressed]);

        // Whoever comes in with it finds it as it was, and it can be read again.
        (await platform.CheckAsync(await platform.KnownContactAsync(suppressed))).Block.ShouldBe(SendBlock.Suppressed);
        await UntilAsync(async () => (await platform.Suppressions.ListSuppressionsAsync(new() { PageSize = 1000 }, platform.Headers)).Suppressions.Any(s => s.Address == suppressed));
    }

    private async Task UpdateEmailAsync(long contact, string email) =>
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = contact, Email = email }, UpdateMask = FieldMask.FromString("email") }, platform.Headers);
}
