using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Data;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>An account with random people, written past the service.</summary>
public sealed class FilterBed
{
    public const short DefaultStage = 2;

    private FilterBed(Account account, IReadOnlyList<Person> people, IReadOnlyDictionary<string, long> labels, IReadOnlyDictionary<string, long> lists) =>
        (Account, People, Labels, Lists) = (account, people, labels, lists);

    public Account Account { get; }

    public IReadOnlyList<Person> People { get; }

    public IReadOnlyDictionary<string, long> Labels { get; }

    public IReadOnlyDictionary<string, long> Lists { get; }

    public V1.SegmentService.SegmentServiceClient Segments => new(Account.Invoker);

    public static async Task<FilterBed> CreateAsync(ContactsFixture fixture, int count)
    {
        var account = await fixture.NewAccountAsync();
        var labels = new Dictionary<string, long>();
        foreach (var name in RandomFilters.LabelNames)
        {
            labels[name] = (await account.LabelAsync(name)).LabelId;
        }
        var lists = new Dictionary<string, long>();
        foreach (var name in RandomFilters.ListNames)
        {
            lists[name] = (await account.Lists.CreateContactListAsync(new() { DisplayName = name })).ContactList.ContactListId;
        }
        var first = account.Id << 40;
        Person[] people = [.. Gen.Sample(RandomFilters.People, count).DistinctBy(p => p.Email ?? p.Phone).Select((p, i) => p with { Id = first + i })];
        await WriteAsync(fixture, account.Id, people, labels, lists);
        return new(account, people, labels, lists);
    }

    /// <summary>Ids of a set, by the stream.</summary>
    public async Task<IReadOnlyList<long>> IdsAsync(V1.ContactSet set)
    {
        using var call = Segments.StreamSegmentContactIds(new() { Contacts = set });
        var (ids, complete) = (new List<long>(), false);
        await foreach (var part in call.ResponseStream.ReadAllAsync())
        {
            ids.AddRange(part.ContactIds);
            complete = part.Complete;
        }
        complete.ShouldBeTrue();
        return ids;
    }

    /// <summary>Ids of a set, by its pages.</summary>
    public async Task<IReadOnlyList<long>> PagesAsync(V1.ContactSet set)
    {
        var (ids, token) = (new List<long>(), "");
        do
        {
            var page = await Segments.ListSegmentContactsAsync(new() { Contacts = set, PageSize = 60, PageToken = token });
            ids.AddRange(page.Contacts.Select(c => c.ContactId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return ids;
    }

    private static async Task WriteAsync(ContactsFixture fixture, long account, Person[] people, Dictionary<string, long> labels, Dictionary<string, long> lists)
    {
        (string Key, CustomFieldType Type, long Id)[] fields = [.. new[] { ("nick", CustomFieldType.Text), ("tier", CustomFieldType.Choice), ("points", CustomFieldType.Number), ("birthday", CustomFieldType.Date), ("vip", CustomFieldType.Boolean) }
            .Concat(Enumerable.Range(0, 12).Select(i => ($"spare{i}", CustomFieldType.Text)))
            .Select((f, i) => (f.Item1, f.Item2, (account << 40) + 1_000_000 + i))];
        var now = DateTime.SpecifyKind(new(2026, 1, 1), DateTimeKind.Utc);
        await using var connection = await fixture.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            foreach (var field in fields)
            {
                await using var insert = connection.CreateCommand();
                insert.Transaction = transaction;
                insert.CommandText = "INSERT INTO custom_fields (account_id, custom_field_id, field_key, display_name, type, choices, create_time, update_time, version) VALUES (@a, @i, @k, @k, @t, @c, @n, @n, 1)";
                insert.With("a", account).With("i", field.Id).With("k", field.Key).With("t", (short)field.Type).With("n", now);
                insert.With("c", fixture.Host.Database.Provider == "SqlServer" ? System.Text.Json.JsonSerializer.Serialize(RandomFilters.Tiers) : RandomFilters.Tiers.ToList());
                await insert.ExecuteNonQueryAsync();
            }
            await using var stage = connection.CreateCommand();
            stage.Transaction = transaction;
            stage.CommandText = "INSERT INTO funnel_defaults (account_id, stage, change_time) VALUES (@a, @s, @n)";
            await stage.With("a", account).With("s", DefaultStage).With("n", now).ExecuteNonQueryAsync();
            await CopyAsync("contacts", [("account_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint), ("email", NpgsqlDbType.Varchar), ("phone", NpgsqlDbType.Varchar), ("given_name", NpgsqlDbType.Varchar), ("given_name_key", NpgsqlDbType.Varchar),
                ("family_name", NpgsqlDbType.Varchar), ("family_name_key", NpgsqlDbType.Varchar), ("source", NpgsqlDbType.Varchar), ("source_key", NpgsqlDbType.Varchar), ("owner", NpgsqlDbType.Varchar), ("time_zone", NpgsqlDbType.Varchar),
                ("record_state", NpgsqlDbType.Smallint), ("subscribed_time", NpgsqlDbType.TimestampTz), ("lead_score", NpgsqlDbType.Integer), ("create_time", NpgsqlDbType.TimestampTz), ("update_time", NpgsqlDbType.TimestampTz), ("version", NpgsqlDbType.Bigint)],
                people.Select(p => new object?[] { account, p.Id, p.Email, p.Phone, p.GivenName, TextKey.Of(p.GivenName), p.FamilyName, TextKey.Of(p.FamilyName), p.Source, TextKey.Of(p.Source), p.Owner, p.TimeZone,
                    (short)(p.Active ? 1 : 2), p.Subscribed, p.Score, p.Created, p.Created, 1L }));
            await CopyAsync("label_members", [("account_id", NpgsqlDbType.Bigint), ("label_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint)],
                people.SelectMany(p => p.Labels.Select(l => new object?[] { account, labels[l], p.Id })));
            await CopyAsync("contact_list_members", [("account_id", NpgsqlDbType.Bigint), ("contact_list_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint), ("add_time", NpgsqlDbType.TimestampTz)],
                people.SelectMany(p => p.Lists.Select(l => new object?[] { account, lists[l], p.Id, now })));
            await CopyAsync("contact_stages", [("account_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint), ("stage", NpgsqlDbType.Smallint), ("lost", NpgsqlDbType.Boolean), ("change_time", NpgsqlDbType.TimestampTz)],
                people.Where(p => p.Funnel is not null).Select(p => new object?[] { account, p.Id, p.Funnel!.Value.Stage, p.Funnel.Value.Lost, p.Funnel.Value.Changed }));
            await CopyAsync("contact_deliverability", [("account_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint), ("revision", NpgsqlDbType.Bigint), ("status", NpgsqlDbType.Smallint),
                ("last_send_time", NpgsqlDbType.TimestampTz), ("last_open_time", NpgsqlDbType.TimestampTz), ("last_click_time", NpgsqlDbType.TimestampTz)],
                people.Where(p => p.Mail is not null).Select(p => new object?[] { account, p.Id, 1L, p.Mail!.Value.Status, p.Mail.Value.Sent, p.Mail.Value.Opened, p.Mail.Value.Clicked }));
            await CopyAsync("contact_field_values", [("account_id", NpgsqlDbType.Bigint), ("contact_id", NpgsqlDbType.Bigint), ("custom_field_id", NpgsqlDbType.Bigint), ("text_value", NpgsqlDbType.Varchar), ("text_key", NpgsqlDbType.Varchar),
                ("number_value", NpgsqlDbType.Numeric), ("date_value", NpgsqlDbType.Date), ("boolean_value", NpgsqlDbType.Boolean)],
                people.SelectMany(p => fields.Select(f => Value(p, f.Key, f.Id)).OfType<object?[]>()));
            await transaction.CommitAsync();

            Task CopyAsync(string table, (string Name, NpgsqlDbType Type)[] columns, IEnumerable<object?[]> rows) =>
                BulkCopy.WriteAsync(connection, transaction, table, [.. columns.Select(c => new BulkColumn(c.Name, c.Type))], rows, CancellationToken.None);

            object?[]? Value(Person p, string key, long field) => (key, p) switch
            {
                ("nick", { Nick: { } nick }) => [account, p.Id, field, nick, TextKey.Of(nick), null, null, null],
                ("tier", { Tier: { } tier }) => [account, p.Id, field, tier, TextKey.Of(tier), null, null, null],
                ("points", { Points: { } points }) => [account, p.Id, field, null, null, points, null, null],
                ("birthday", { Birthday: { } day }) => [account, p.Id, field, null, null, null, day, null],
                ("vip", { Vip: { } vip }) => [account, p.Id, field, null, null, null, null, vip],
                _ => null,
            };
        }
    }
}
