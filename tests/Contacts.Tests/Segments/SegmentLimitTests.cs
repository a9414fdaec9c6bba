using System.Diagnostics;
using ContactPlatform.Contacts.Tests.BulkRuns;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>How much segments and their filters may be and take.</summary>
[Collection(ContactsCollection.Name)]
public sealed class SegmentLimitTests(ContactsFixture fixture)
{
    [Fact]
    public async Task An_account_has_so_many_segments_and_snapshots_and_no_more()
    {
        var account = await fixture.NewAccountAsync();
        await fixture.ScalarAsync($"""
            INSERT INTO segments (account_id, segment_id, display_name, name_key, filter_text, create_time, update_time, version) SELECT {account.Id}, i, i, i, '', now(), now(), 1 FROM generate_series(1, 1000) i;
            INSERT INTO segment_snapshots (account_id, segment_snapshot_id, segment_id, filter_text, contact_count, create_time) SELECT {account.Id}, i, 0, '', 0, now() FROM generate_series(1, 100) i;
            """);
        (await account.Segments.CreateSegmentAsync(new() { Segment = new() { DisplayName = "x" } }).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("1000");
        (await account.Segments.FreezeSegmentAsync(new() { Contacts = new() { Filter = "" } }).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("100");
    }

    [Theory]
    [InlineData(" AND ", "field.f{1} = {0}", true)]
    [InlineData(" OR ", "field.f{1} = {0}", true)]
    [InlineData(" OR ", "(field.f{1} = {0} AND label:*)", false)]
    [InlineData(" AND ", "NOT field.f{1} = {0}", false)]
    [InlineData(" AND ", "(NOT label_id:{2} OR funnel.lost = true)", true)]
    [InlineData(" AND ", "NOT (funnel.stage != CUSTOMER AND source:x{0})", false)]
    public async Task As_many_clauses_as_are_allowed_are_answered(string sign, string clause, bool explain)
    {
        var account = await fixture.NewAccountAsync();
        var label = await account.LabelAsync("x");
        await fixture.ScalarAsync($"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, given_name_key, family_name, family_name_key, source, source_key, time_zone, record_state, owner, lead_score, create_time, update_time, version)
            SELECT {account.Id}, {account.Id << 40} + i, 'c' || i || '@example.org', '', '', '', '', '', '', '', 1, '', 0, now(), now(), 1 FROM generate_series(0, 499) i;
            INSERT INTO custom_fields (account_id, custom_field_id, field_key, display_name, type, choices, create_time, update_time, version) SELECT {account.Id}, i, 'f' || i, 'f' || i, 2, ARRAY[]::text[], now(), now(), 1 FROM generate_series(0, 99) i;
            INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, number_value) SELECT {account.Id}, {account.Id << 40} + c, f, c % 7 FROM generate_series(0, 499) c, generate_series(0, 9) f;
            """);
        var per = clause.Split([" AND ", " OR "], StringSplitOptions.None).Length;
        var filter = string.Join(sign, Enumerable.Range(0, 500 / per).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, clause, i, i % 100, label.LabelId)));
        var started = Stopwatch.GetTimestamp();
        await account.Segments.CountSegmentAsync(new() { Contacts = new() { Filter = filter } });
        await account.Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = filter } });
        if (explain)
        {
            (await account.Segments.ExplainContactAsync(new() { ContactId = account.Id << 40, Contacts = new() { Filter = filter } })).Clauses.Count.ShouldBe(500 / per * per);
        }
        // Seconds on a busy machine; what tries combinations of clauses would never end.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_filter_of_a_megabyte_is_refused()
    {
        var account = await fixture.NewAccountAsync();
        (await account.Segments.CheckFilterAsync(new() { Filter = new string('(', 1_000_000) }).ForAsync(CommonReasons.LimitExceeded))["limit"].ShouldBe("65536");
        (await Should.ThrowAsync<RpcException>(async () => await account.Segments.CheckFilterAsync(new() { Filter = new string('(', 2 << 20) }))).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task A_count_that_takes_too_long_ends_in_the_database_too()
    {
        var account = await fixture.NewAccountAsync();
        await account.CreateAsync("ana@example.org");
        await using var connection = await fixture.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = connection.CreateCommand();
        hold.Transaction = transaction;
        hold.CommandText = "LOCK TABLE label_members IN ACCESS EXCLUSIVE MODE";
        await hold.ExecuteNonQueryAsync();
        var set = new V1.ContactSet { Filter = "label:*" };
        // The caller's own deadline first, then the service's.
        var late = await Should.ThrowAsync<RpcException>(async () => await account.Segments.CountSegmentAsync(new() { Contacts = set }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1)));
        late.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        await WaitingAsync(0);
        // So does what waits for the set beside it: a bulk run ends as failed, and a snapshot is not taken.
        var run = (await account.Bulk().StartAsync(set, new() { SetRecordState = V1.RecordState.Inactive })).BulkRunId;
        var frozen = account.Segments.FreezeSegmentAsync(new() { Contacts = set }).ForAsync(ContactsReasons.FilterTooSlow);
        (await account.Segments.CountSegmentAsync(new() { Contacts = set }).ForAsync(ContactsReasons.FilterTooSlow))["limit_seconds"].ShouldBe("10");
        (await frozen)["limit_seconds"].ShouldBe("10");
        var ended = (await account.Bulk().EndAsync(run)).Run;
        (ended.State, ended.FailureReason, ended.TotalCount, ended.Epoch).ShouldBe((Common.V1.RunState.Failed, "FILTER_TOO_SLOW", 0, 1));
        await WaitingAsync(0);
        await transaction.RollbackAsync();
        (await account.Segments.CountSegmentAsync(new() { Contacts = set })).ContactCount.ShouldBe(0);
    }

    private async Task WaitingAsync(long expected)
    {
        const string Waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%label_members%'";
        for (var i = 0; i < 50 && !expected.Equals(await fixture.ScalarAsync(Waiting)); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        (await fixture.ScalarAsync(Waiting)).ShouldBe(expected);
    }
}
