using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using Change = ContactPlatform.Contacts.V1.StreamChangesResponse.ChangeOneofCase;

namespace ContactPlatform.Contacts.Tests.Changes;

[Collection(ContactsCollection.Name)]
public sealed class ChangesTests(ContactsFixture fixture)
{
    [Fact]
    public async Task Every_change_is_told_in_order_with_who_did_it_and_at_the_token_that_the_caller_got()
    {
        var account = await fixture.NewAccountAsync();
        var start = await PositionAsync();
        var created = await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "a@example.org" } });
        var id = created.Contact.ContactId;
        var updated = await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, GivenName = "A" }, UpdateMask = FieldMask.FromString("given_name") });
        await account.Contacts.UpdateContactAsync(new() { Contact = new() { ContactId = id, GivenName = "A" }, UpdateMask = FieldMask.FromString("given_name") });
        var inactive = await account.Contacts.SetRecordStateAsync(new() { ContactId = id, RecordState = V1.RecordState.Inactive });
        var active = await account.Contacts.SetRecordStateAsync(new() { ContactId = id, RecordState = V1.RecordState.Active });
        var deleted = await account.Contacts.DeleteContactAsync(new() { ContactId = id });

        var changes = await ReadAsync(start, c => c.Any(x => x.ChangeCase == Change.ContactsDeleted && x.AccountId == account.Id), account.Id);
        changes.Select(c => c.ChangeCase).ShouldBe([Change.ContactsCreated, Change.ContactsUpdated, Change.RecordStateChanged, Change.RecordStateChanged, Change.ContactsDeleted]);
        changes.Select(c => c.Position).ShouldBe([created.ChangeToken, updated.ChangeToken, inactive.ChangeToken, active.ChangeToken, deleted.ChangeToken]);
        changes.ShouldAllBe(c => c.Actor.Kind == ActorKind.Service && c.Actor.Subject == "service:tests" && c.ChangeTime != null && c.RunId == 0);
        changes[0].ContactsCreated.ContactIds.ShouldBe([id]);
        changes[1].ContactsUpdated.ContactIds.ShouldBe([id]);
        (changes[2].RecordStateChanged.Inactive, changes[3].RecordStateChanged.Inactive).ShouldBe((true, false));
        changes[4].ContactsDeleted.ContactIds.ShouldBe([id]);

        // From the middle on, nothing before is told again.
        (await ReadAsync(updated.ChangeToken, c => c.Count == 3, account.Id)).ShouldBe(changes[2..]);
    }

    [Fact]
    public async Task A_writer_that_commits_late_is_not_missed()
    {
        var account = await fixture.NewAccountAsync();
        var start = await PositionAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var feeds = await fixture.AccountAsync(0);
        using var call = feeds.Changes.StreamChanges(new() { AfterPosition = start }, cancellationToken: stop.Token);
        var seen = new List<V1.StreamChangesResponse>();
        var reading = Task.Run(async () =>
        {
            while (seen.Count < 6 && await call.ResponseStream.MoveNext(stop.Token))
            {
                if (call.ResponseStream.Current.AccountId == account.Id)
                {
                    seen.Add(call.ResponseStream.Current);
                }
            }
        });

        await account.CreateAsync("c0@example.org");
        while (seen.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop.Token);
        }
        await using var late = (NpgsqlConnection)await fixture.OpenAsync();
        await using var transaction = await late.BeginTransactionAsync();
        var change = new V1.StreamChangesResponse { AccountId = account.Id, ChangeTime = new Timestamp(), ContactsCreated = new() { ContactIds = { 4711 } } };
        await using var insert = new NpgsqlCommand("INSERT INTO outbox (account_id, payload) VALUES ($1, $2)", late, transaction) { Parameters = { new() { Value = account.Id }, new() { Value = change.ToByteArray() } } };
        await insert.ExecuteNonQueryAsync();
        // These commit first, although they were written later.
        for (var i = 1; i < 5; i++)
        {
            await account.CreateAsync($"c{i}@example.org");
        }
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        seen.Count.ShouldBe(1);
        await transaction.CommitAsync();
        await reading;
        seen.Count.ShouldBe(6);
        seen[1].ContactsCreated.ContactIds.ShouldBe([4711L]);
        seen.Select(s => s.Position).ShouldBe(seen.Select(s => s.Position).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Changes_come_once_and_in_order_where_the_number_of_a_transaction_gains_a_digit()
    {
        var account = await fixture.NewAccountAsync();
        // Numbers of long-gone transactions, below every other row of the feed.
        ulong[] transactions = [8, 9, 10, 11, 99, 100, 101];
        var payload = new V1.StreamChangesResponse { AccountId = account.Id, ChangeTime = new Timestamp(), ContactsCreated = new() { ContactIds = { 1 } } }.ToByteArray();
        foreach (var transaction in transactions)
        {
            await fixture.ScalarAsync($"INSERT INTO outbox (account_id, payload, transaction_id) VALUES ({account.Id}, '\\x{Convert.ToHexString(payload)}', '{transaction}')");
        }
        var last = await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "last@example.org" } });
        var changes = await ReadAsync($"{7:x16}-{0:x16}", c => c.Any(x => x.Position == last.ChangeToken), account.Id);
        changes[..^1].Select(c => Convert.ToUInt64(c.Position[..16], 16)).ShouldBe(transactions);
    }

    [Fact]
    public async Task Many_writers_at_once_are_told_each_once_in_ascending_positions()
    {
        var account = await fixture.NewAccountAsync();
        var start = await PositionAsync();
        var reading = ReadAsync(start, c => c.Count == 200, account.Id);
        var made = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (await account.CreateAsync($"many{i}@example.org")).ContactId));
        var changes = await reading;
        changes.Count.ShouldBe(200);
        changes.Select(c => c.Position).ShouldBeUnique();
        changes.SelectMany(c => c.ContactsCreated.ContactIds).ShouldBe(made, ignoreOrder: true);
        changes.Select(c => c.Position).ShouldBe(changes.Select(c => c.Position).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_malformed_position_is_refused()
    {
        var feeds = await fixture.AccountAsync(0);
        await feeds.Changes.StreamChanges(new() { AfterPosition = "yesterday" }).FieldsAsync("after_position");
        await feeds.Changes.StreamChanges(new() { AfterPosition = new string('0', 33) }).FieldsAsync("after_position");
    }

    private async Task<string> PositionAsync()
    {
        var account = await fixture.NewAccountAsync();
        return (await account.Contacts.CreateContactAsync(new() { Contact = new() { Email = "start@example.org" } })).ChangeToken;
    }

    private async Task<List<V1.StreamChangesResponse>> ReadAsync(string after, Func<List<V1.StreamChangesResponse>, bool> enough, long accountId)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var feeds = await fixture.AccountAsync(0);
        using var call = feeds.Changes.StreamChanges(new() { AfterPosition = after }, cancellationToken: stop.Token);
        var changes = new List<V1.StreamChangesResponse>();
        while (!enough(changes) && await call.ResponseStream.MoveNext(stop.Token))
        {
            if (call.ResponseStream.Current.AccountId == accountId)
            {
                changes.Add(call.ResponseStream.Current);
            }
        }
        return changes;
    }
}
