using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.AddressValidations;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.AddressValidations;

/// <summary>Validations and their credits through the contract.</summary>
[Collection("platform")]
public sealed class AddressValidationTests(PlatformFixture platform)
{
    private static int requests;

    private static string NewRequest() => $"validate-{Interlocked.Increment(ref requests)}";

    private static CreateAddressValidationRequest Request(params string[] addresses) => new() { Addresses = new() { Addresses = { addresses } }, DisplayName = "list", RequestId = NewRequest() };

    private async Task<V1.ValidationCredits> GrantAsync(long count, Metadata? headers = null) =>
        (await platform.Credits.GrantValidationCreditsAsync(new() { CreditCount = count, Reason = "test", RequestId = NewRequest() }, headers ?? platform.Headers)).ValidationCredits;

    private async Task<V1.ValidationCredits> CreditsAsync(Metadata? headers = null) => (await platform.Credits.GetValidationCreditsAsync(new(), headers ?? platform.Headers)).ValidationCredits;

    private async Task<AddressValidation> EndAsync(AddressValidation validation)
    {
        using var watch = platform.Validations.WatchAddressValidation(new() { AddressValidationId = validation.AddressValidationId }, platform.Headers);
        while (await watch.ResponseStream.MoveNext(default))
        {
            validation = watch.ResponseStream.Current.AddressValidation;
        }
        return validation;
    }

    private async Task<List<AddressResult>> ResultsAsync(AddressValidation validation, AddressVerdict verdict = AddressVerdict.Unspecified) =>
        [.. (await platform.Validations.ListAddressResultsAsync(new() { AddressValidationId = validation.AddressValidationId, Verdict = verdict, PageSize = 1000 }, platform.Headers)).Results];

    private async Task<UploadAddressValidationResponse> UploadAsync(string requestId, params IEnumerable<IEnumerable<string>> parts)
    {
        using var call = platform.Validations.UploadAddressValidation(platform.Headers);
        try
        {
            await call.RequestStream.WriteAsync(new() { Start = new() { DisplayName = "upload", RequestId = requestId } });
            foreach (var part in parts)
            {
                await call.RequestStream.WriteAsync(new() { Addresses = new() { Addresses = { part } } });
            }
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before it was sent: the answer says why.
        }
        return await call;
    }

    [Fact]
    public async Task Addresses_are_looked_at_with_their_history_and_paid_for_once()
    {
        await GrantAsync(100);
        var before = await CreditsAsync();
        string bounced = $"gone{before.GrantedCount}@acme.shop", good = $"ana{before.GrantedCount}@acme.shop";
        await platform.FoldAsync(bounced, (FactKind.DoesNotExist, Now));
        await platform.FoldAsync(good, (FactKind.Delivered, Now));
        var request = Request(good, bounced, $" {good}", "nobody", "ana@gmial.com", "=cmd@acme.shop", new('x', 500));
        var made = (await platform.Validations.CreateAddressValidationAsync(request, platform.Headers)).AddressValidation;
        (await platform.Validations.CreateAddressValidationAsync(request, platform.Headers)).AddressValidation.AddressValidationId.ShouldBe(made.AddressValidationId);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => platform.Validations.CreateAddressValidationAsync(new(request) { DisplayName = "x" }, platform.Headers).ResponseAsync);
        var done = await EndAsync(made);
        // Blanks make no other address.
        (done.Run.State, done.Run.TotalCount, done.Run.DoneCount, done.Run.ChangedCount).ShouldBe((RunState.Succeeded, 6, 6, 6));
        (done.ReservedCreditCount, done.ChargedCreditCount).ShouldBe((0, 6));
        done.VerdictCounts.Select(c => (c.Verdict, c.Count)).ShouldBe([(AddressVerdict.Good, 2), (AddressVerdict.Risky, 1), (AddressVerdict.Bad, 3)]);
        var after = await CreditsAsync();
        (after.AvailableCount, after.ReservedCount, after.ChargedCount, after.GrantedCount).ShouldBe((before.AvailableCount - 6, before.ReservedCount, before.ChargedCount + 6, before.GrantedCount));
        (await platform.Credits.ListValidationCreditEntriesAsync(new(), platform.Headers)).Entries.Where(e => e.AddressValidationId == made.AddressValidationId).Select(e => (e.Kind, e.CreditCount))
            .ShouldBe([(ValidationCreditEntryKind.Charge, 6), (ValidationCreditEntryKind.Reserve, 6)]);

        var results = await ResultsAsync(done);
        results.Select(r => (r.Number, r.Verdict, string.Join(',', r.Findings))).ShouldBe([
            (1, AddressVerdict.Good, "DeliveredBefore"), (2, AddressVerdict.Bad, "DoesNotExist"), (3, AddressVerdict.Bad, "Malformed"), (4, AddressVerdict.Risky, "LikelyTypo"), (5, AddressVerdict.Good, ""), (6, AddressVerdict.Bad, "Malformed")]);
        (results[3].Suggestion, results[2].Problem, results[5].Input.Length).ShouldBe(("ana@gmail.com", "has no @; expected local@domain", 400));
        (await ResultsAsync(done, AddressVerdict.Risky)).ShouldHaveSingleItem().Number.ShouldBe(4);
        var page = await platform.Validations.ListAddressResultsAsync(new() { AddressValidationId = made.AddressValidationId, PageSize = 4 }, platform.Headers);
        (await platform.Validations.ListAddressResultsAsync(new() { AddressValidationId = made.AddressValidationId, PageSize = 4, PageToken = page.NextPageToken }, platform.Headers)).Results.Select(r => r.Number).ShouldBe([5, 6]);
        using var download = platform.Validations.DownloadAddressResults(new() { AddressValidationId = made.AddressValidationId }, platform.Headers);
        var csv = new StringBuilder();
        while (await download.ResponseStream.MoveNext(default))
        {
            csv.Append(download.ResponseStream.Current.Data.ToStringUtf8());
        }
        var lines = csv.ToString().Split("\r\n");
        lines[0].ShouldBe("number,input,address,contact_id,verdict,findings,suggestion,problem");
        lines[2].ShouldBe($"2,{bounced},{bounced},,BAD,DOES_NOT_EXIST,,");
        lines[4].ShouldBe("4,ana@gmial.com,ana@gmial.com,,RISKY,LIKELY_TYPO,ana@gmail.com,");
        lines[5].ShouldBe("5,'=cmd@acme.shop,'=cmd@acme.shop,,GOOD,,,");
        lines.Length.ShouldBe(8);
    }

    [Fact]
    public async Task Contacts_are_looked_at_with_their_email_and_leave_no_trace_when_they_are_erased()
    {
        await GrantAsync(10);
        var (email, phone) = ($"eva.{NewRequest()}@acme.shop", (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Phone = $"+4930{1_000_000 + Interlocked.Increment(ref requests)}" } }, platform.Headers)).Contact.ContactId);
        var contact = await platform.KnownContactAsync(email);
        var before = await CreditsAsync();
        var done = await EndAsync((await platform.Validations.CreateAddressValidationAsync(new() { Contacts = new() { ContactIds = { contact, phone, 1L << 60, contact } }, RequestId = NewRequest() }, platform.Headers)).AddressValidation);
        (done.Run.DoneCount, done.Run.ChangedCount, done.ChargedCreditCount).ShouldBe((3, 1, 1));
        done.Run.SkipCounts.Select(s => (s.Reason, s.Count)).ShouldBe([("CONTACT_NOT_FOUND", 1), ("CONTACT_WITHOUT_EMAIL", 1)]);
        // The rest came back.
        (await CreditsAsync()).AvailableCount.ShouldBe(before.AvailableCount - 1);
        var result = (await ResultsAsync(done)).Single();
        (result.ContactId, result.Address, result.Input, result.Verdict).ShouldBe((contact, email, "", AddressVerdict.Good));
        var given = await EndAsync((await platform.Validations.CreateAddressValidationAsync(Request(email.ToUpperInvariant()), platform.Headers)).AddressValidation);
        (await ResultsAsync(given)).Single().Address.ShouldBe(email);
        await new Contacts.V1.ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => (await ResultsAsync(given)).Single() is { Address: "", Input: "" } && (await ResultsAsync(done)).Single().Address == "");
        // Looked at again it is known, and nothing of it is kept.
        var again = await EndAsync((await platform.Validations.CreateAddressValidationAsync(Request(email), platform.Headers)).AddressValidation);
        (await ResultsAsync(again)).Single().ShouldSatisfyAllConditions(r => r.Address.ShouldBe(""), r => r.Input.ShouldBe(""));
    }

    [Fact]
    public async Task An_upload_is_taken_up_again_after_a_kill_and_no_credit_is_lost_or_spent_twice()
    {
        const int Count = 5_000;
        await GrantAsync(Count + 100);
        var before = await CreditsAsync();
        var requestId = NewRequest();
        var addresses = Enumerable.Range(0, Count).Select(i => $"person{i}@acme{i % 7}.shop").ToList();
        var made = (await UploadAsync(requestId, addresses.Chunk(2000).Append(addresses[..5].ToArray()))).AddressValidation;
        (made.Run.TotalCount, made.DisplayName).ShouldBe((Count, "upload"));
        await UntilAsync(async () => (await ResultsAsync(made)).Count > 0);
        await platform.Deliverability.Service.Process.KillAsync(CancellationToken.None);
        await platform.Deliverability.Service.StartAgainAsync(CancellationToken.None);
        (await UploadAsync(requestId, addresses.Chunk(2000).Append(addresses[..5].ToArray()))).AddressValidation.AddressValidationId.ShouldBe(made.AddressValidationId);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => UploadAsync(requestId, [["other@acme.shop"]]));
        var done = await EndAsync(made);
        (done.Run.State, done.Run.DoneCount, done.ChargedCreditCount, done.ReservedCreditCount).ShouldBe((RunState.Succeeded, Count, Count, 0));
        var after = await CreditsAsync();
        (after.AvailableCount, after.ReservedCount, after.ChargedCount).ShouldBe((before.AvailableCount - Count, before.ReservedCount, before.ChargedCount + Count));
        await platform.Stores.AskAsync(ContactsHost.Account, async db =>
        {
            (await db.ValidationResults.Where(r => r.RunId == made.AddressValidationId).CountAsync()).ShouldBe(Count);
            (await db.ValidationItems.CountAsync()).ShouldBe(0);
            (await db.ValidationCreditEntries.Where(e => e.RunId == made.AddressValidationId && e.Kind == ValidationCreditEntryKind.Charge).SumAsync(e => e.CreditCount)).ShouldBe(Count);
            return 0;
        });
    }

    [Fact]
    public async Task What_is_cancelled_gets_the_rest_back_and_nobody_spends_more_than_there_is()
    {
        var headers = platform.OtherHeaders;
        (await CreditsAsync(headers)).ShouldBe(new V1.ValidationCredits());
        var none = await RefusedAsync(StatusCode.FailedPrecondition, "CREDITS_INSUFFICIENT", () => platform.Validations.CreateAddressValidationAsync(Request("a@acme.shop"), headers).ResponseAsync);
        (none.Metadata["from"], none.Metadata["allowed"]).ShouldBe(("AVAILABLE 0", "at most 0"));
        var grant = new GrantValidationCreditsRequest { CreditCount = 5, Reason = "paid", RequestId = NewRequest() };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => platform.Credits.GrantValidationCreditsAsync(grant, headers).ResponseAsync));
        (await CreditsAsync(headers)).AvailableCount.ShouldBe(5);
        // Eight at once want two each, and there are five.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await platform.Validations.CreateAddressValidationAsync(Request("a@acme.shop", "b@acme.shop"), headers);
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                return false;
            }
        }));
        outcomes.Count(o => o).ShouldBe(2);
        await UntilAsync(async () => await CreditsAsync(headers) is { AvailableCount: 1, ReservedCount: 0, ChargedCount: 4 });

        // As one that was cancelled before its end stands in the database.
        await GrantAsync(50);
        var before = await CreditsAsync();
        var run = await platform.Stores.AskAsync(ContactsHost.Account, async db =>
        {
            var id = 1L << 50;
            db.Runs.Add(new() { AccountId = ContactsHost.Account, RunId = id, Kind = ValidationRow.RunKind, State = ServiceDefaults.Runs.RunState.Running, CancelRequested = true, ActorKind = 1, ActorSubject = "s", ActorName = "n", CreateTime = Now, TotalCount = 30 });
            db.Validations.Add(new() { AccountId = ContactsHost.Account, RunId = id, DisplayName = "", ReservedCredits = 30 });
            db.ValidationItems.Add(new() { AccountId = ContactsHost.Account, RunId = id, ItemNumber = 1, Input = "a@acme.shop", CreateTime = Now });
            await db.SaveChangesAsync();
            await db.ValidationCredits.ExecuteUpdateAsync(set => set.SetProperty(c => c.Available, c => c.Available - 30).SetProperty(c => c.Reserved, c => c.Reserved + 30));
            return id;
        });
        await UntilAsync(async () => (await CreditsAsync()).AvailableCount == before.AvailableCount);
        var cancelled = (await platform.Validations.GetAddressValidationAsync(new() { AddressValidationId = run }, platform.Headers)).AddressValidation;
        (cancelled.Run.State, cancelled.ReservedCreditCount, cancelled.ChargedCreditCount).ShouldBe((RunState.Cancelled, 0, 0));
        (await platform.Validations.CancelAddressValidationAsync(new() { AddressValidationId = run }, platform.Headers)).AddressValidation.ShouldBe(cancelled);
        (await CreditsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_validation_is_its_accounts_alone_and_what_is_malformed_is_named()
    {
        await GrantAsync(10);
        var done = await EndAsync((await platform.Validations.CreateAddressValidationAsync(Request("a@acme.shop"), platform.Headers)).AddressValidation);
        var id = done.AddressValidationId;
        await RefusedAsync(StatusCode.FailedPrecondition, "RUN_ENDED", () => platform.Validations.CancelAddressValidationAsync(new() { AddressValidationId = id }, platform.Headers).ResponseAsync);
        (await platform.Validations.ListAddressValidationsAsync(new() { PageSize = 1 }, platform.Headers)).AddressValidations.ShouldHaveSingleItem();
        foreach (var call in (Func<Task>[])
            [
                () => platform.Validations.GetAddressValidationAsync(new() { AddressValidationId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Validations.CancelAddressValidationAsync(new() { AddressValidationId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Validations.ListAddressResultsAsync(new() { AddressValidationId = id }, platform.OtherHeaders).ResponseAsync,
                async () => await platform.Validations.WatchAddressValidation(new() { AddressValidationId = id }, platform.OtherHeaders).ResponseStream.MoveNext(default),
                async () => await platform.Validations.DownloadAddressResults(new() { AddressValidationId = id }, platform.OtherHeaders).ResponseStream.MoveNext(default),
            ])
        {
            await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", call);
        }
        (await platform.Validations.ListAddressValidationsAsync(new(), platform.OtherHeaders)).AddressValidations.ShouldNotContain(v => v.AddressValidationId == id);
        (await MalformedAsync(() => platform.Validations.CreateAddressValidationAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["request_id", "source"]);
        (await MalformedAsync(() => platform.Validations.CreateAddressValidationAsync(new() { Contacts = new() { ContactIds = { -1 } }, RequestId = "x" }, platform.Headers).ResponseAsync)).ShouldBe(["contacts.contact_ids"]);
        (await MalformedAsync(() => platform.Validations.CreateAddressValidationAsync(new() { Addresses = new(), RequestId = "x" }, platform.Headers).ResponseAsync)).ShouldBe(["addresses.addresses"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => platform.Validations.CreateAddressValidationAsync(Request([.. Enumerable.Repeat("a@acme.shop", 2001)]), platform.Headers).ResponseAsync);
        (await MalformedAsync(() => UploadAsync("", [["a@acme.shop"]]))).ShouldBe(["start.request_id"]);
        (await MalformedAsync(() => UploadAsync(NewRequest(), [[]]))).ShouldBe(["part"]);
        (await MalformedAsync(() => UploadAsync(NewRequest()))).ShouldBe(["part"]);
        await RefusedAsync(StatusCode.FailedPrecondition, "CREDITS_INSUFFICIENT", () => UploadAsync(NewRequest(), Enumerable.Range(0, 4000).Select(i => $"x{i}@acme.shop").Chunk(2000)));
        (await platform.Stores.AskAsync(ContactsHost.Account, db => db.ValidationItems.CountAsync())).ShouldBe(0);
        (await MalformedAsync(() => platform.Credits.GrantValidationCreditsAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["credit_count", "reason", "request_id"]);
        (await MalformedAsync(() => platform.Validations.DownloadAddressResults(new() { Verdict = (AddressVerdict)9 }, platform.Headers).ResponseStream.MoveNext(default))).ShouldBe(["address_validation_id", "verdict"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.Credits.ListValidationCreditEntriesAsync(new() { PageToken = "x" }, platform.Headers).ResponseAsync);
    }
}
