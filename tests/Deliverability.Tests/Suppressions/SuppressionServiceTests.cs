using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Suppressions;

[Collection("platform")]
public sealed class SuppressionServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task An_address_on_the_list_gets_nothing_until_it_is_taken_off_with_a_reason()
    {
        var address = platform.NewAddress();
        var contact = await platform.KnownContactAsync(address);
        var added = await platform.Suppressions.AddSuppressionAsync(new() { Address = address.ToUpperInvariant(), Reason = "asked at the fair" }, platform.Headers);
        (added.Changed, added.Suppression.Address, added.Suppression.Reason, added.Suppression.Actor.Kind).ShouldBe((true, address, "asked at the fair", ActorKind.ApiKey));
        added.ChangeToken.ShouldNotBeEmpty();
        var again = await platform.Suppressions.AddSuppressionAsync(new() { Address = address, Reason = "another" }, platform.Headers);
        again.ShouldBe(new AddSuppressionResponse { Suppression = added.Suppression });
        (await platform.CheckAsync(contact)).ShouldBe(new SendCheck { ContactId = contact, Block = SendBlock.Suppressed, Status = DeliverabilityStatus.UnsubscribedByUs, FactTime = added.Suppression.SuppressTime });

        // A contact that is deleted and created anew is suppressed as before; in another account the same address is not.
        await platform.ContactService.DeleteContactAsync(new() { ContactId = contact }, platform.Headers);
        var anew = await platform.CreateContactAsync(address);
        (await platform.CheckAsync(anew)).Block.ShouldBe(SendBlock.Suppressed);
        (await platform.Sendability.CheckSendableAsync(new() { Addresses = { address } }, platform.OtherHeaders)).Checks.Single().Sendable.ShouldBeTrue();

        (await platform.Suppressions.RemoveSuppressionAsync(new() { Address = address, Reason = "a mistake" }, platform.Headers)).ChangeToken.ShouldNotBeEmpty();
        (await platform.CheckAsync(anew)).ShouldBe(new SendCheck { ContactId = anew, Sendable = true, Status = DeliverabilityStatus.New });
        await RefusedAsync(StatusCode.NotFound, "SUPPRESSION_NOT_FOUND", () => platform.Suppressions.RemoveSuppressionAsync(new() { Address = address, Reason = "again" }, platform.Headers).ResponseAsync);
        (await platform.Suppressions.AddSuppressionAsync(new() { Address = address, Reason = "no mistake" }, platform.Headers)).Suppression.Reason.ShouldBe("no mistake");
        (await platform.CheckAsync(anew)).Block.ShouldBe(SendBlock.Suppressed);
    }

    [Fact]
    public async Task An_upload_is_counted_its_wrong_rows_are_named_and_the_list_is_paged()
    {
        var headers = platform.OtherHeaders;
        var reply = await UploadAsync(headers, new() { Start = new() { Reason = "old list" } },
            Part("one@suppress.example", "TWO@suppress.example", "no address", "two@suppress.example"), Part("three@suppress.example", "one@suppress.example", "@"));
        (reply.AddedCount, reply.UnchangedCount, reply.RefusedCount).ShouldBe((3, 2, 2));
        reply.Refusals.Select(r => r.Number).ShouldBe([3, 7]);
        reply.Refusals[0].Problem.ShouldBe("has no @; expected local@domain");

        var first = await platform.Suppressions.ListSuppressionsAsync(new() { PageSize = 2 }, headers);
        var second = await platform.Suppressions.ListSuppressionsAsync(new() { PageSize = 2, PageToken = first.NextPageToken }, headers);
        second.NextPageToken.ShouldBeEmpty();
        first.Suppressions.Concat(second.Suppressions).Select(s => s.Address).ShouldBe(["one@suppress.example", "two@suppress.example", "three@suppress.example"], ignoreOrder: true);
        first.Suppressions.ShouldAllBe(s => s.Reason == "old list");
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.Suppressions.ListSuppressionsAsync(new() { PageToken = "x" }, headers).ResponseAsync);
        (await UploadAsync(headers, [new() { Start = new() }])).ShouldBe(new UploadSuppressionsResponse());
    }

    [Fact]
    public async Task Malformed_uploads_and_calls_are_refused_by_field()
    {
        (await MalformedAsync(() => UploadAsync(platform.Headers, Part("a@suppress.example")))).ShouldBe(["part"]);
        (await MalformedAsync(() => UploadAsync(platform.Headers, new() { Start = new() }, new() { Addresses = new() }))).ShouldBe(["part"]);
        (await MalformedAsync(() => UploadAsync(platform.Headers, [new() { Start = new() { Reason = new string('r', 501) } }]))).ShouldBe(["start.reason"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => UploadAsync(platform.Headers, new() { Start = new() }, Part([.. Enumerable.Range(0, 5001).Select(i => $"{i}@suppress.example")])));
        (await MalformedAsync(() => platform.Suppressions.AddSuppressionAsync(new() { Address = "x", Reason = "a\nb" }, platform.Headers).ResponseAsync)).ShouldBe(["address", "reason"]);
        (await MalformedAsync(() => platform.Suppressions.RemoveSuppressionAsync(new() { Address = "" }, platform.Headers).ResponseAsync)).ShouldBe(["address", "reason"]);
        (await MalformedAsync(() => platform.Suppressions.ListSuppressionsAsync(new() { PageSize = 1001 }, platform.Headers).ResponseAsync)).ShouldBe(["page_size"]);
    }

    private static UploadSuppressionsRequest Part(params string[] addresses) => new() { Addresses = new() { Addresses = { addresses } } };

    private async Task<UploadSuppressionsResponse> UploadAsync(Metadata headers, params UploadSuppressionsRequest[] parts)
    {
        using var call = platform.Suppressions.UploadSuppressions(headers);
        foreach (var part in parts)
        {
            await call.RequestStream.WriteAsync(part);
        }
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }
}
