using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Sendability;

[Collection("platform")]
public sealed class SendabilityServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task Contacts_and_addresses_are_checked_together_also_those_that_are_new_or_gone()
    {
        var (bounced, reachable) = (platform.NewAddress(), platform.NewAddress());
        // Asked for in the moment after they were created.
        var one = await platform.CreateContactAsync(bounced);
        var two = await platform.CreateContactAsync(reachable);
        var phone = (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Phone = "+4930123456" } }, platform.Headers)).Contact.ContactId;
        await platform.FoldAsync(bounced, (FactKind.DoesNotExist, Now));
        await platform.FoldAsync(reachable, (FactKind.Delivered, Now));

        var reply = await platform.Sendability.CheckSendableAsync(new() { ContactIds = { phone, two, one, one, 999_999_999 }, Addresses = { bounced.ToUpperInvariant(), "never@seen.example", bounced } }, platform.Headers);
        var known = reply.Checks[0].FactTime;
        known.ToDateTime().ShouldBe(Now, TimeSpan.FromMinutes(1));
        reply.Checks.ShouldBe(
        [
            new SendCheck { FactTime = known, ContactId = one, Block = SendBlock.DoesNotExist, Status = DeliverabilityStatus.DoesNotExist },
            new SendCheck { ContactId = two, Sendable = true, Status = DeliverabilityStatus.Active },
            new SendCheck { ContactId = phone, Block = SendBlock.NoAddress },
            new SendCheck { FactTime = known, Address = bounced, Block = SendBlock.DoesNotExist, Status = DeliverabilityStatus.DoesNotExist },
            new SendCheck { Address = "never@seen.example", Sendable = true, Status = DeliverabilityStatus.New },
        ]);
        reply.MissingContactIds.ShouldBe([999_999_999]);
        (await platform.Sendability.CheckSendableAsync(new() { ContactIds = { one } }, platform.OtherHeaders)).MissingContactIds.ShouldBe([one]);

        await platform.ContactService.DeleteContactAsync(new() { ContactId = two }, platform.Headers);
        await UntilAsync(async () => (await platform.Sendability.CheckSendableAsync(new() { ContactIds = { two } }, platform.Headers)).MissingContactIds.Count == 1);
    }

    [Fact]
    public async Task Malformed_checks_are_refused()
    {
        (await MalformedAsync(() => platform.Sendability.CheckSendableAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["contact_ids"]);
        (await MalformedAsync(() => platform.Sendability.CheckSendableAsync(new() { ContactIds = { 1, -1 }, Addresses = { "x" } }, platform.Headers).ResponseAsync)).ShouldBe(["contact_ids[1]", "addresses[0]"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => platform.Sendability.CheckSendableAsync(new() { ContactIds = { Enumerable.Repeat(1L, 1001) } }, platform.Headers).ResponseAsync);
        (await MalformedAsync(() => platform.Sendability.ExplainSendabilityAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["recipient"]);
        (await MalformedAsync(() => platform.Sendability.ExplainSendabilityAsync(new() { ContactId = -1 }, platform.Headers).ResponseAsync)).ShouldBe(["contact_id"]);
        var refusal = await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.Sendability.ExplainSendabilityAsync(new() { ContactId = 999_999_999 }, platform.Headers).ResponseAsync);
        refusal.Metadata["contact_id"].ShouldBe("999999999");
    }

    [Fact]
    public async Task An_explanation_names_everything_that_stands_against_it_what_it_is_known_from_and_what_clears_it()
    {
        var address = platform.NewAddress();
        var contact = await platform.KnownContactAsync(address);
        var full = Now.AddHours(-1);
        full = full.AddTicks(-(full.Ticks % TimeSpan.TicksPerMicrosecond));
        await platform.FoldAsync(address, (FactKind.Unsubscribed, full.AddDays(-2)), (FactKind.MailboxFull, full), (FactKind.Complaint, full), (FactKind.NotSpam, full.AddMinutes(1)));
        await platform.Suppressions.AddSuppressionAsync(new() { Address = address, Reason = "competitor" }, platform.Headers);
        var erasure = new ContactPlatform.Contacts.V1.ConsentService.ConsentServiceClient(platform.Contacts.Service.Channel);
        await erasure.UnsubscribeContactAsync(new() { ContactId = contact }, platform.Headers);
        ExplainSendabilityResponse explained = new();
        await UntilAsync(async () => (explained = await platform.Sendability.ExplainSendabilityAsync(new() { ContactId = contact }, platform.Headers)).Blocks.Count == 4);

        (explained.Address, explained.Sendable, explained.Status).ShouldBe((address, false, DeliverabilityStatus.Unsubscribed));
        explained.Blocks.Select(b => (b.Block, b.Fact)).ShouldBe(
        [
            (SendBlock.Unsubscribed, FactKind.Unsubscribed), (SendBlock.Suppressed, FactKind.Suppressed),
            (SendBlock.ContactUnsubscribed, FactKind.ContactUnsubscribed), (SendBlock.MailboxFull, FactKind.MailboxFull),
        ]);
        explained.Blocks.ShouldAllBe(b => b.Remedy.Length > 0);
        explained.Blocks[1].Evidence.ShouldHaveSingleItem().Detail.ShouldBe("competitor");
        explained.Blocks[2].Evidence.ShouldHaveSingleItem().SourceId.ShouldBe(contact);
        (explained.Blocks[3].FactTime.ToDateTime(), explained.Blocks[3].UntilTime.ToDateTime()).ShouldBe((full, full.AddHours(24)));
        explained.Blocks.Take(3).ShouldAllBe(b => b.UntilTime == null);

        // The same by address, and somebody of whom nothing is known.
        (await platform.Sendability.ExplainSendabilityAsync(new() { Address = address }, platform.Headers)).Blocks.ShouldBe(explained.Blocks);
        (await platform.Sendability.ExplainSendabilityAsync(new() { Address = "never@seen.example" }, platform.Headers))
            .ShouldBe(new ExplainSendabilityResponse { Address = "never@seen.example", Sendable = true, Status = DeliverabilityStatus.New });
        var phone = (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Phone = "+4930123457" } }, platform.Headers)).Contact.ContactId;
        (await platform.Sendability.ExplainSendabilityAsync(new() { ContactId = phone }, platform.Headers)).Blocks.ShouldHaveSingleItem().Block.ShouldBe(SendBlock.NoAddress);
    }
}
