using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>Filters that are meant to harm: each is refused with its place, or means nothing but what it says.</summary>
[Collection(ContactsCollection.Name)]
public sealed class HostileFilterTests(ContactsFixture fixture)
{
    private static readonly string Clauses = string.Join(' ', Enumerable.Repeat("owner:a", 8000));

    /// <summary>Filter, and the character at which it is wrong; 0: too long as a whole.</summary>
    public static TheoryData<string, string, int> Refusals { get; } = new()
    {
        { "10,000 clauses", string.Join(" OR ", Enumerable.Repeat("lead_score = 1", 10_000)), 0 },
        { "8,000 clauses that fit", Clauses, (500 * 8) + 1 },
        { "1 MB of one value", $"owner = {new string('a', 1_000_000)}", 0 },
        { "64 KB of one value", $"owner = \"{new string('a', 65_000)}\"", 9 },
        { "64 KB of one name", $"{new string('a', 65_000)} = 1", 1 },
        { "64 KB of stars", $"owner = {new string('*', 65_000)}", 9 },
        { "64 KB of an open text", $"owner = \"{new string('\'', 65_000)}", 9 },
        { "10,000 deep", $"{new string('(', 10_000)}owner:a{new string(')', 10_000)}", 51 },
        { "10,000 NOTs deep", $"{string.Concat(Enumerable.Repeat("-(", 10_000))}owner:a{new string(')', 10_000)}", 102 },
        { "closed more than opened", new string(')', 60_000), 1 },
        { "a fullwidth =", "lead_score ＝ 1", 12 },
        { "a sign for at least", "lead_score ≥ 1", 12 },
        { "a fullwidth colon", "owner：a", 6 },
        { "a fullwidth parenthesis", "（owner:a）", 1 },
        { "a minus that is none", "−owner:a", 1 },
        { "a Cyrillic o", "оwner = a", 1 },
        { "a letter that folds to k in other cultures", "wor\u212A = a", 4 },
        { "a zero-width blank in a name", "own\u200Ber = a", 4 },
        { "a zero-width blank before a sign", "owner\u200B= a", 6 },
        { "a blank that does not break", "owner\u00A0= a", 6 },
        { "a mark that turns the text around", "\u202Eowner = a", 1 },
        { "a byte order mark", "\uFEFFowner = a", 1 },
        { "NUL in a value", "owner = \"a\0b\"", 11 },
        { "NUL between clauses", "owner = a\0", 10 },
        { "another control character", "owner = \"\u0085\"", 10 },
        { "beyond the basic plane, counted once", "owner = 😀 !", 11 },
        { "SQL behind a name", "owner; DROP TABLE contacts = a", 6 },
        { "SQL for a name", "c.owner--:a", 1 },
        { "SQL for the name of a custom field", "field.x' OR 1=1 -- = a", 8 },
        { "SQL in quotes for a name", "\"owner\" = a", 1 },
        { "a column that is no field", "given_name_key = ana", 1 },
        { "another account's column", "account_id = 1", 1 },
        { "a value for SQL", "lead_score = 1;DROP", 14 },
        { "a call for SQL", "owner = pg_sleep(10)", 17 },
        { "a label for SQL", "label:\"x' OR '1'='1\"", 7 },
        { "an id for SQL", "list_id:1e3", 9 },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_is_no_filter_is_refused_with_its_place(string what, string filter, int position)
    {
        var account = await fixture.AccountAsync(999);
        var started = Stopwatch.GetTimestamp();
        var e = await Should.ThrowAsync<RpcException>(async () => await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter } }), what);
        // Milliseconds on an idle machine: a bound against what grows with a power of the length, not a measurement.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        if (position == 0)
        {
            Refused.Check(e, CommonReasons.LimitExceeded)["limit"].ShouldBe("65536");
            return;
        }
        var facts = Refused.Check(e, CommonReasons.InvalidField);
        facts["position"].ShouldBe($"{position}", e.Status.Detail);
        facts["expected"].ShouldNotBeEmpty();
        // What comes back of it is short, and disturbs no terminal.
        e.Status.Detail.Length.ShouldBeLessThan(500);
        e.Status.Detail.ShouldAllBe(c => !char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format);
    }

    [Fact]
    public async Task Names_and_values_are_never_SQL()
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x' OR '1'='1' --");
        var list = (await account.Lists.CreateContactListAsync(new() { DisplayName = "\") UNION SELECT contact_id FROM contacts --" })).ContactList.ContactListId;
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "drop_table", Type = V1.CustomFieldType.Choice, Choices = { "'); DELETE FROM contacts; --", "other" } } });
        var ana = await account.CreateAsync("ana@example.org", label.LabelId);
        await account.CreateAsync("bob@example.org");
        await account.Lists.AddContactListMembersAsync(new() { ContactListId = list, ContactIds = { ana.ContactId } });
        (string Filter, long Count)[] asked =
        [
            ("label:\"X' OR '1'='1' --\"", 1), ("list:\"\\\") UNION SELECT contact_id FROM contacts --\"", 1), ("field.drop_table = \"'); DELETE FROM contacts; --\"", 0), ("NOT field.drop_table:*", 2),
            ("given_name = \"ana\u200B\" OR given_name = \"“ana”\" OR owner = @p0 OR owner = $1 OR source:?", 0), ("email:\"%\" OR email:\"_\" OR email:\"[a-z]\"", 0), ("email:\"\u202E\"", 0),
            ($"owner = {new string('a', 1000)}", 0), (string.Join(" ", Enumerable.Repeat("-owner:\"';SELECT pg_sleep(10);--\"", 500)), 2), ($"{new string('(', 50)}email:*{new string(')', 50)}", 2),
        ];
        foreach (var (filter, count) in asked)
        {
            (await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter } })).ContactCount.ShouldBe(count, filter);
        }
    }

    /// <summary>What would be accepted comes back in headers, and clients take only so much of those.</summary>
    [Fact]
    public async Task A_refusal_stays_small_however_much_would_be_accepted()
    {
        var account = await fixture.NewAccountAsync();
        await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = "wide", Type = V1.CustomFieldType.Choice, Choices = { Enumerable.Range(0, 200).Select(i => $"{new string('漢', 97)}{i}") } } });
        var e = await Should.ThrowAsync<RpcException>(async () => await account.Segments.CheckFilterAsync(new() { Filter = "field.wide = x" }));
        Refused.Check(e, CommonReasons.InvalidField)["expected"].ShouldMatch("^one of 漢+0, 漢+1, 漢+2 or another of the 200$");
    }

    /// <summary>Half a surrogate pair is no text of protobuf's: the message is refused as such, and the service goes on.</summary>
    [Fact]
    public async Task A_filter_that_is_not_Unicode_is_refused()
    {
        var account = await fixture.NewAccountAsync();
        var bytes = new Marshaller<byte[]>(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "contactplatform.contacts.v1.SegmentService", "CheckFilter", bytes, bytes);
        foreach (var broken in new byte[][] { [0xED, 0xA0, 0x80], [0xFF], [0xC0, 0x80], [0xF0, 0x9F, 0x98] })
        {
            byte[] message = [0x0A, (byte)(broken.Length + 8), .. "owner = "u8, .. broken];
            var e = await Should.ThrowAsync<RpcException>(async () => await account.Invoker.AsyncUnaryCall(method, null, default, message));
            Refused.Check(e, CommonReasons.MessageMalformed);
            e.Status.Detail.ShouldNotContain("   at ");
        }
        (await account.Segments.CheckFilterAsync(new() { Filter = "owner:a" })).Clauses.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Others_are_answered_beside_hostile_filters()
    {
        var (hostile, other) = (await fixture.NewAccountAsync(), await fixture.NewAccountAsync());
        var contact = await other.CreateAsync("ana@example.org");
        await hostile.CreateAsync("bob@example.org");
        // The dearest that are allowed, and such as are refused.
        string[] filters =
        [
            Clauses, new string('(', 60_000), $"owner = {new string('a', 900_000)}",
            string.Join(" OR ", Enumerable.Range(0, 125).Select(i => $"(label:* AND (given_name:\"{i}\" OR (source:\"x{i}\" AND -funnel.lost = true)))")),
            string.Join(' ', Enumerable.Range(0, 500).Select(i => $"-given_name:\"{new string('漢', 110)}{i}\"")),
        ];
        using var stop = new CancellationTokenSource();
        var hostiles = Enumerable.Range(0, 4).Select(async i =>
        {
            var calls = 0;
            for (; !stop.IsCancellationRequested; calls++)
            {
                try
                {
                    await hostile.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filters[(calls + i) % filters.Length] } });
                }
                catch (RpcException e)
                {
                    e.StatusCode.ShouldBeOneOf(StatusCode.InvalidArgument, StatusCode.ResourceExhausted);
                }
            }
            return calls;
        }).ToList();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 40; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await other.GetAsync(contact.ContactId);
            slowest = Stopwatch.GetElapsedTime(started) is var took && took > slowest ? took : slowest;
        }
        await stop.CancelAsync();
        (await Task.WhenAll(hostiles)).Sum().ShouldBeGreaterThan(10);
        // On a machine that is busy with other tests as well: what it must not do is wait for one of the filters after another.
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("given_name = \"'; DELETE FROM contacts; --\"")]
    [InlineData("given_name = '\\'); DELETE FROM contacts; --'")]
    [InlineData("given_name = \"$1 @account {0} :p0 %s\"")]
    [InlineData("given_name:\"%\" OR source:\"_\" OR source:\"[a-z]\" OR source:\"!\"")]
    [InlineData("given_name = \"\u202E\u200B\uFEFF\"")]
    public async Task Attempts_at_SQL_are_nothing_but_texts(string filter)
    {
        var account = await fixture.NewAccountAsync();
        await account.CreateAsync("ana@example.org");
        (await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter } })).ContactCount.ShouldBe(0);
        (await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = "" } })).ContactCount.ShouldBe(1);
    }
}
