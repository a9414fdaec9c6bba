using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.Tests.Exports;
using Google.Protobuf;

namespace ContactPlatform.Contacts.Tests.Contacts;

/// <summary>Answers with many large contacts: each fits into what clients of gRPC take, and together they have everybody once.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ContactPagesTests(ContactsFixture fixture)
{
    private const int Fields = 50;
    private const int Contacts = 130;

    [Fact]
    public async Task An_answer_ends_before_it_would_be_too_large_for_a_client()
    {
        var account = await fixture.NewAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, Fields).Select(async i => await account.Fields.CreateCustomFieldAsync(new() { CustomField = new() { Key = $"f{i}", DisplayName = $"f{i}", Type = V1.CustomFieldType.Text } })));
        // 60,000 bytes each, but for the first of them: the pages' first contacts say nothing about the others.
        var file = new StringBuilder("email,").AppendJoin(',', Enumerable.Range(0, Fields).Select(i => $"f{i}")).Append('\n');
        for (var i = 0; i < Contacts; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"large{i}@example.org,").AppendJoin(',', Enumerable.Repeat(i < 10 ? "" : new string('漢', 400), Fields)).Append('\n');
        }
        await account.ImportAsync(file.ToString());

        var (listed, found, batch) = (new List<V1.Contact>(), new List<V1.Contact>(), new List<V1.Contact>());
        var (list, segment) = (new V1.ListContactsRequest { PageSize = 1000 }, new V1.ListSegmentContactsRequest { Contacts = new() { Filter = "email:large" }, PageSize = 1000 });
        do
        {
            var page = await account.Contacts.ListContactsAsync(list);
            listed.AddRange(Fitting(page, page.Contacts, page.NextPageToken.Length > 0));
            list.PageToken = page.NextPageToken;
        }
        while (list.PageToken.Length > 0);
        do
        {
            var page = await account.Segments.ListSegmentContactsAsync(segment);
            found.AddRange(Fitting(page, page.Contacts, page.NextPageToken.Length > 0));
            segment.PageToken = page.NextPageToken;
        }
        while (segment.PageToken.Length > 0);
        var get = new V1.BatchGetContactsRequest { ContactIds = { listed.Select(c => c.ContactId).Append(long.MaxValue) } };
        do
        {
            var answer = await account.Contacts.BatchGetContactsAsync(get);
            answer.MissingContactIds.ShouldBe(batch.Count == 0 ? [long.MaxValue] : []);
            batch.AddRange(Fitting(answer, answer.Contacts, answer.RemainingContactIds.Count > 0));
            get = new() { ContactIds = { answer.RemainingContactIds } };
        }
        while (get.ContactIds.Count > 0);

        foreach (var contacts in new[] { listed, found, batch })
        {
            contacts.Count.ShouldBe(Contacts);
            contacts.Select(c => c.ContactId).Distinct().Order().ShouldBe(contacts.Select(c => c.ContactId));
            contacts.Count(c => c.CustomFields.Count == Fields).ShouldBe(Contacts - 10);
        }

        static IEnumerable<V1.Contact> Fitting(IMessage answer, IReadOnlyCollection<V1.Contact> contacts, bool more)
        {
            answer.CalculateSize().ShouldBeInRange(more ? 2_900_000 : 1, (3 << 20) + 10_000);
            return contacts;
        }
    }

    [Fact]
    public async Task A_page_that_fits_is_as_long_as_was_asked_for()
    {
        var account = await fixture.NewAccountAsync();
        await account.ImportAsync("email\n" + string.Concat(Enumerable.Range(0, 250).Select(i => $"small{i}@example.org\n")));
        var page = await account.Contacts.ListContactsAsync(new() { PageSize = 240 });
        (page.Contacts.Count, page.NextPageToken.Length > 0).ShouldBe((240, true));
        page = await account.Contacts.ListContactsAsync(new() { PageSize = 240, PageToken = page.NextPageToken });
        (page.Contacts.Count, page.NextPageToken).ShouldBe((10, ""));
        (await account.Segments.ListSegmentContactsAsync(new() { Contacts = new() { Filter = "" }, PageSize = 250 })).NextPageToken.ShouldBe("");
    }
}
