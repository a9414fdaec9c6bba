using ContactPlatform.Contacts.Tests.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Consent;

[Collection("imports")]
public sealed class UnsubscribeImportTests(ImportsFixture fixture)
{
    private readonly ImportCaller caller = fixture.Caller;

    private static ImportConfig Unsubscribe => new() { Mode = ImportMode.Unsubscribe };

    [Fact]
    public async Task A_file_of_addresses_unsubscribes_whom_it_finds_and_remembers_the_others()
    {
        await caller.ImportAsync("email,phone\nknown@stop.example,\nphone@stop.example,+628140000001\n,+628140000002\nstays@stop.example,\n");
        const string File = "email,phone,given_name,labels\nKNOWN@stop.example,,X,x\n,+628140000001,,\n,+62 814 0000002,,\nunknown@stop.example,,,\nknown@stop.example,,,\nnonsense,,,\n,,,\n,+628140000003,,\n";
        var dry = await caller.ImportAsync(File, new ImportConfig { Mode = ImportMode.Unsubscribe, DryRun = true });
        (dry.UpdatedCount, dry.RememberedCount, dry.UnchangedCount, dry.RefusedCount, dry.UnsubscribedCount).ShouldBe((3, 2, 1, 2, 3));
        await using var db = caller.Database();
        (await db.Suppressions.CountAsync(s => s.ImportId == dry.ImportId)).ShouldBe(0);

        var import = await caller.ImportAsync(File, Unsubscribe);
        (import.Run.State, import.CreatedCount).ShouldBe((RunState.Succeeded, 0), import.Run.Message);
        (import.UpdatedCount, import.RememberedCount, import.UnchangedCount, import.RefusedCount, import.UnsubscribedCount).ShouldBe((3, 2, 1, 2, 3));
        (import.Run.DoneCount, import.Run.ChangedCount, import.Run.TotalCount).ShouldBe((8, 5, 8));
        (await caller.ErrorsAsync(import.ImportId)).ShouldContain("7,INVALID_FIELD,email,");
        var people = await db.Contacts.Where(c => c.Email!.EndsWith("@stop.example") || c.Phone!.StartsWith("+62814")).ToListAsync();
        people.Where(p => p.UnsubscribedTime is null).Select(p => p.Email).ShouldBe(["stays@stop.example"]);
        people.ShouldAllBe(p => p.GivenName == "" && p.Version == (p.UnsubscribedTime == null ? 1 : 2));
        (await caller.ChangesAsync(import.ImportId)).ShouldHaveSingleItem().ContactsUnsubscribed.ContactIds.Count.ShouldBe(3);
        // What is remembered says nothing about anybody.
        (await db.Suppressions.Where(s => s.ImportId == import.ImportId).Select(s => s.AddressHash).ToListAsync()).ShouldSatisfyAllConditions(h => h.Count.ShouldBe(5), h => h.ShouldAllBe(x => x.Length == 64));

        var again = await caller.ImportAsync(File, Unsubscribe);
        (again.UpdatedCount, again.RememberedCount, again.UnchangedCount, again.RefusedCount).ShouldBe((0, 0, 6, 2));
        var later = await caller.ImportAsync("email,phone\nunknown@stop.example,\nother@stop.example,+628140000003\nnew@stop.example,\n");
        (later.CreatedCount, later.UnsubscribedCount).ShouldBe((3, 2));
        // A phone that a row gives to a contact that has another email.
        var given = await caller.ImportAsync("email,phone\nstays@stop.example,+628140000001\n");
        (given.UpdatedCount, given.UnsubscribedCount).ShouldBe((1, 1));
        (await db.Contacts.AsNoTracking().SingleAsync(c => c.Email == "stays@stop.example")).UnsubscribedTime.ShouldNotBeNull();
        (await fixture.Other.ImportAsync("email\nunknown@stop.example\n")).UnsubscribedCount.ShouldBe(0);
    }

    [Fact]
    public async Task What_stands_for_nothing_in_such_a_file_is_refused()
    {
        var config = Unsubscribe;
        config.Stage = Common.V1.FunnelStage.Aware;
        config.LabelIds.Add(5);
        config.Columns.AddRange([ImportTests.Column("e", ImportField.Email), ImportTests.Column("n", ImportField.GivenName)]);
        var details = await ImportCaller.RefusedAsync(() => caller.UploadAsync("e,n\n", config), CommonReasons.InvalidField);
        details.Details.Single(d => d.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.Select(v => v.Field)
            .ShouldBe(["start.config.label_ids", "start.config.stage", "start.config.columns[1].field"], ignoreOrder: true);
        await ImportCaller.RefusedAsync(() => caller.UploadAsync("given_name\nAda\n", Unsubscribe), ContactsReasons.ImportFileInvalid);
    }

    [Fact]
    public async Task Who_comes_in_while_the_address_is_being_unsubscribed_comes_in_as_unsubscribed()
    {
        const int Count = 60;
        var contacts = new ContactService.ContactServiceClient(caller.Host.Service.Channel);
        var headers = await caller.HeadersAsync();
        var addresses = Enumerable.Range(0, Count).Select(i => $"race{i}@stop.example").ToList();
        var made = addresses.Select((a, i) => i % 2 == 0 ? (Func<Task>)(() => CreateAsync(a)) : () => caller.UploadAsync($"email\n{a}\n")).ToList();
        var stops = addresses.Chunk(6).Select(chunk => (Func<Task>)(() => caller.UploadAsync("email\n" + string.Join('\n', chunk), Unsubscribe)));
        await Task.WhenAll(made.Zip(Enumerable.Range(0, Count)).OrderBy(m => m.Second * 7 % 13).Select(m => m.First()).Concat(stops.Select(s => s())));
        await using var db = caller.Database();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await db.Runs.AnyAsync(r => (int)r.State < 3))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
        var found = await db.Contacts.Where(c => addresses.Contains(c.Email!)).Select(c => new { c.Email, c.UnsubscribedTime }).ToListAsync();
        found.Count.ShouldBe(Count);
        found.Where(f => f.UnsubscribedTime is null).ShouldBeEmpty();

        async Task CreateAsync(string email) => await contacts.CreateContactAsync(new() { Contact = new() { Email = email } }, headers);
    }
}
