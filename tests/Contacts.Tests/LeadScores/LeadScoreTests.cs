using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Filters;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.LeadScores;

/// <summary>Points, each once, whoever sends them however often; and single changes that take a request_id as they do.</summary>
[Collection(ContactsCollection.Name)]
public sealed class LeadScoreTests(ContactsFixture fixture)
{
    private static V1.LeadScoreEntry Entry(long contactId, int points, string key, string reason = "") => new() { ContactId = contactId, Points = points, RequestId = key, Reason = reason };

    private static V1.LeadScoreService.LeadScoreServiceClient Scores(Account account) => new(account.Invoker);

    [Fact]
    public async Task Points_are_added_once_and_shown_wherever_contacts_are()
    {
        var account = await fixture.NewAccountAsync();
        var (one, other) = (await account.CreateAsync("one@example.org"), await account.CreateAsync("other@example.org"));
        var request = new V1.AddLeadScoresRequest { Entries = { Entry(one.ContactId, 20, "a", "Responded"), Entry(one.ContactId, -5, "b"), Entry(one.ContactId, 20, "a"), Entry(other.ContactId, 7, "a"), Entry(other.ContactId + 999, 7, "a") } };
        (await Scores(account).AddLeadScoresAsync(request)).Outcomes.ShouldBe([V1.LeadScoreOutcome.Added, V1.LeadScoreOutcome.Added, V1.LeadScoreOutcome.Known, V1.LeadScoreOutcome.Added, V1.LeadScoreOutcome.ContactNotFound]);
        (await Scores(account).AddLeadScoresAsync(request)).Outcomes.ShouldBe([V1.LeadScoreOutcome.Known, V1.LeadScoreOutcome.Known, V1.LeadScoreOutcome.Known, V1.LeadScoreOutcome.Known, V1.LeadScoreOutcome.ContactNotFound]);

        var now = await account.GetAsync(one.ContactId);
        (now.LeadScore, now.Etag != one.Etag).ShouldBe((15, true));
        (await account.Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = "lead_score > 10" } })).Contacts.Select(c => c.ContactId).ShouldBe([one.ContactId]);
        var told = (await account.Timelines.GetTimelineAsync(new() { ContactId = one.ContactId })).Events.Where(e => e.LeadScore is not null).ToList();
        told.Select(e => (e.LeadScore.Points, e.LeadScore.Reason)).OrderBy(e => e.Points).ShouldBe([(-5, ""), (20, "Responded")]);
        told.ShouldAllBe(e => e.Cause == V1.TimelineCause.Sequence);

        // They go with their contact; another that is made for the same person begins anew.
        await account.Contacts.DeleteContactAsync(new() { ContactId = one.ContactId });
        (await Scores(account).AddLeadScoresAsync(new() { Entries = { Entry(one.ContactId, 20, "c") } })).Outcomes.ShouldBe([V1.LeadScoreOutcome.ContactNotFound]);
        (await account.GetAsync((await account.CreateAsync("one@example.org")).ContactId)).LeadScore.ShouldBe(0);

        var stranger = await fixture.NewAccountAsync();
        (await Scores(stranger).AddLeadScoresAsync(new() { Entries = { Entry(other.ContactId, 1, "x") } })).Outcomes.ShouldBe([V1.LeadScoreOutcome.ContactNotFound]);
    }

    [Fact]
    public async Task What_is_malformed_is_refused_by_name_and_bounds_are_kept()
    {
        var account = await fixture.NewAccountAsync();
        var contact = (await account.CreateAsync("bound@example.org")).ContactId;
        await Scores(account).AddLeadScoresAsync(new()).FieldsAsync("entries");
        await Scores(account).AddLeadScoresAsync(new() { Entries = { Entry(0, 0, "", new string('x', 201)), Entry(1, 1001, new string('r', 65)) } })
            .FieldsAsync("entries[0].contact_id", "entries[0].points", "entries[0].reason", "entries[0].request_id", "entries[1].points", "entries[1].request_id");
        await Scores(account).AddLeadScoresAsync(new() { Entries = { Enumerable.Range(0, 1001).Select(i => Entry(contact, 1, $"{i}")) } }).ForAsync(CommonReasons.LimitExceeded);
        await fixture.ScalarAsync($"UPDATE contacts SET lead_score = 999999999 WHERE contact_id = {contact}");
        await Scores(account).AddLeadScoresAsync(new() { Entries = { Entry(contact, 1000, "up") } });
        (await account.GetAsync(contact)).LeadScore.ShouldBe(1_000_000_000);
    }

    /// <summary>Entries in any order, in any company, repeated, by two callers at once: the sum of those that differ.</summary>
    [Fact]
    public async Task Any_order_and_number_of_entries_gives_the_same_score()
    {
        var account = await fixture.NewAccountAsync();
        var next = 0;
        await Task.Run(() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            long[] contacts = [.. Enumerable.Range(0, 3).Select(_ => account.CreateAsync($"any{Interlocked.Increment(ref next)}@example.org").GetAwaiter().GetResult().ContactId)];
            var entries = Enumerable.Range(0, 30).Select(i => Entry(contacts[random.Next(3)], random.Next(1, 100) * (random.Next(2) * 2 - 1), $"{i}")).ToList();
            List<V1.LeadScoreEntry> Shuffled() => [.. entries.Concat(entries.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next())];
            (List<V1.LeadScoreEntry> First, List<V1.LeadScoreEntry> Second) sent = (Shuffled(), Shuffled());
            Task.WhenAll(SendAsync(sent.First), SendAsync(sent.Second)).GetAwaiter().GetResult();
            foreach (var contact in contacts)
            {
                account.GetAsync(contact).GetAwaiter().GetResult().LeadScore.ShouldBe(entries.Where(e => e.ContactId == contact).Sum(e => e.Points));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5)));

        async Task SendAsync(List<V1.LeadScoreEntry> entries)
        {
            foreach (var part in entries.Chunk(9))
            {
                await Scores(account).AddLeadScoresAsync(new() { Entries = { part } });
            }
        }
    }

    [Fact]
    public async Task Single_changes_with_a_request_id_are_made_once()
    {
        var account = await fixture.NewAccountAsync();
        var (contact, label) = ((await account.CreateAsync("single@example.org")).ContactId, (await account.LabelAsync("single")).LabelId);
        var add = new V1.AddLabelRequest { ContactId = contact, LabelId = label, RequestId = "add" };
        (await account.Labels.AddLabelAsync(add)).Changed.ShouldBeTrue();
        (await account.Labels.RemoveLabelAsync(new() { ContactId = contact, LabelId = label, RequestId = "remove" })).Changed.ShouldBeTrue();
        // Somebody took it off since: asked again, it stays off, and the answer is the first one's.
        (await account.Labels.AddLabelAsync(add)).Changed.ShouldBeTrue();
        (await account.GetAsync(contact)).LabelIds.ShouldBeEmpty();
        (await account.Labels.AddLabelAsync(new(add) { ContactId = contact + 1 }).ForAsync(CommonReasons.RequestIdReused))["request_id"].ShouldBe("add");

        var off = new V1.SetRecordStateRequest { ContactId = contact, RecordState = V1.RecordState.Inactive, RequestId = "off" };
        (await account.Contacts.SetRecordStateAsync(off)).ChangeToken.ShouldNotBeEmpty();
        await account.Contacts.SetRecordStateAsync(new() { ContactId = contact, RecordState = V1.RecordState.Active });
        var again = await account.Contacts.SetRecordStateAsync(off);
        (again.ChangeToken.Length > 0, again.Contact.RecordState).ShouldBe((true, V1.RecordState.Active));
        await account.Contacts.SetRecordStateAsync(new(off) { RecordState = V1.RecordState.Active }).ForAsync(CommonReasons.RequestIdReused);
    }

    [Fact]
    public async Task A_filter_is_asked_about_given_contacts()
    {
        var account = await fixture.NewAccountAsync();
        var label = (await account.LabelAsync("asked")).LabelId;
        long[] ids = [(await account.CreateAsync("asked1@example.org", label)).ContactId, (await account.CreateAsync("asked2@example.org")).ContactId, (await account.CreateAsync("asked3@example.org", label)).ContactId];
        async Task<IEnumerable<long>> MatchAsync(string filter, params long[] of) => (await account.Segments.MatchContactsAsync(new() { Filter = filter, ContactIds = { of } })).ContactIds;
        (await MatchAsync("label:asked", ids[0], ids[1], ids[1], 999_999_999)).ShouldBe([ids[0]]);
        (await MatchAsync("NOT label:asked OR email = asked3@example.org", ids)).ShouldBe([ids[1], ids[2]]);
        (await MatchAsync("", ids)).ShouldBe(ids);
        (await MatchAsync("label:asked".PadRight(FilterLength.Maximum), ids)).ShouldBe([ids[0], ids[2]]);
        await account.Segments.MatchContactsAsync(new() { Filter = "label:asked".PadRight(FilterLength.Maximum + 1), ContactIds = { ids } }).ForAsync(CommonReasons.LimitExceeded);
        await account.Segments.MatchContactsAsync(new() { Filter = "label:nobody", ContactIds = { 0 } }).FieldsAsync("contact_ids[0]");
        await account.Segments.MatchContactsAsync(new() { Filter = "no such thing", ContactIds = { 1 } }).FieldsAsync("filter");
        await account.Segments.MatchContactsAsync(new() { ContactIds = { Enumerable.Repeat(1L, 1001) } }).ForAsync(CommonReasons.LimitExceeded);
        await account.Segments.MatchContactsAsync(new()).FieldsAsync("contact_ids");
        var stranger = await fixture.NewAccountAsync();
        (await stranger.Segments.MatchContactsAsync(new() { ContactIds = { ids } })).ContactIds.ShouldBeEmpty();
    }
}
