using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.Imports;

[Collection("imports")]
public sealed class ImportCrowdTests(ImportsFixture fixture)
{
    private const int Imports = 200, Rows = 20, People = 150;

    [Fact]
    public async Task Two_hundred_imports_of_the_same_people_make_each_once_and_show_no_deadlock()
    {
        var caller = fixture.Caller;
        var contacts = new ContactService.ContactServiceClient(caller.Host.Service.Channel);
        var headers = await caller.HeadersAsync();
        var random = new Random(1);
        // In another order each, a third of them by phone; every tenth with labels, for which imports wait for each other.
        var files = Enumerable.Range(0, Imports).Select(file => "email,phone,given_name,labels\n" + string.Concat(Enumerable.Range(0, Rows).Select(_ => random.Next(People))
            .Select(n => $"{(n % 3 == 0 ? "" : $"p{n}@crowd.example")},{(n % 3 == 0 ? $"+62817{n:000000}" : "")},G{random.Next(3)},{(file % 10 == 0 ? $"crowd-{n % 4}" : "")}\n"))).ToList();
        var uploads = files.Select(f => caller.UploadAsync(f, ImportTests.Making)).ToList();
        // Single calls beside them: made, or told that the contact is there.
        var calls = Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await contacts.CreateContactAsync(new() { Contact = new() { Email = $"p{1 + (i * 3)}@crowd.example" } }, headers);
            }
            catch (RpcException e) when (e.Reason() == ContactsReasons.ContactExists.Name)
            {
                // By an import before.
            }
        }).ToList();
        await Task.WhenAll(calls);
        var queued = await Task.WhenAll(uploads);
        await using var db = caller.Database();
        var ids = queued.Select(q => q.ImportId).ToList();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await db.Runs.AnyAsync(r => ids.Contains(r.RunId) && (int)r.State < 3))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
        (await db.Runs.AsNoTracking().Where(r => ids.Contains(r.RunId)).ToListAsync()).ShouldAllBe(r => (int)r.State == (int)RunState.Succeeded && r.DoneCount == Rows && r.BrokenAttempts == 0 && r.SkipCounts == "{}");
        var named = files.SelectMany(f => f.Split('\n')[1..^1]).Select(r => r.Split(',')).Select(r => r[0] + r[1]).ToHashSet();
        var made = await db.Contacts.Where(c => c.Email!.EndsWith("@crowd.example") || c.Phone!.StartsWith("+62817")).Select(c => c.Email ?? c.Phone!).ToListAsync();
        made.ShouldBeUnique();
        named.Except(made).ShouldBeEmpty();
        (await db.Imports.AsNoTracking().Where(i => ids.Contains(i.ImportId)).SumAsync(i => i.CreatedCount)).ShouldBeLessThanOrEqualTo(made.Count);
    }
}
