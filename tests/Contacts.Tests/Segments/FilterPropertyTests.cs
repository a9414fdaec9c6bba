using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.Views;
using ContactPlatform.SqlServerGate;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>For random filters over random people, the database finds whom a plain evaluation in memory finds.</summary>
[Collection(ContactsCollection.Name)]
public sealed class FilterPropertyTests(ContactsFixture fixture)
{
    [Fact]
    public async Task The_database_and_a_plain_evaluation_find_the_same()
    {
        var bed = await FilterBed.CreateAsync(fixture, 150);
        var random = new RandomFilters(FilterBed.DefaultStage, bed.Labels, bed.Lists);
        var found = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(80), Prop.ForAll(random.Filters.ToArbitrary(), filter => CompareAsync(filter).GetAwaiter().GetResult()));
        // Not all about nobody: else the comparison would say little.
        found.ShouldBeGreaterThan(400);

        async Task CompareAsync(Expected filter)
        {
            var set = new V1.ContactSet { Filter = filter.Text };
            IReadOnlyList<long> expected = [.. bed.People.Where(filter.Holds).Select(p => p.Id)];
            (await bed.IdsAsync(set)).ShouldBe(expected, filter.Text);
            (await bed.Segments.CountSegmentAsync(new() { Contacts = set })).ContactCount.ShouldBe(expected.Count, filter.Text);
            (await bed.PagesAsync(set)).ShouldBe(expected, filter.Text);
            // What is explained is the same, clause by clause, for somebody in it and somebody not; and it means the same when written out.
            foreach (var person in new[] { bed.People.FirstOrDefault(filter.Holds), bed.People.FirstOrDefault(p => !filter.Holds(p)) }.OfType<Person>())
            {
                var explained = await bed.Segments.ExplainContactAsync(new() { ContactId = person.Id, Contacts = set });
                explained.Matches.ShouldBe(filter.Holds(person), filter.Text);
                explained.Clauses.Select(c => c.Holds).ShouldBe(filter.Clauses.Select(c => c(person)), filter.Text);
                (await bed.IdsAsync(new() { Filter = explained.ExplicitFilter })).ShouldBe(expected, explained.ExplicitFilter);
            }
            found += expected.Count;
        }
    }

    [Fact]
    public void The_statements_are_well_formed_on_SQL_Server()
    {
        var labels = RandomFilters.LabelNames.Index().ToDictionary(l => l.Item, l => l.Index + 1L);
        var lists = RandomFilters.ListNames.Index().ToDictionary(l => l.Item, l => l.Index + 101L);
        Dimension[] fields = [.. new[] { ("nick", CustomFieldType.Text), ("tier", CustomFieldType.Choice), ("points", CustomFieldType.Number), ("birthday", CustomFieldType.Date), ("vip", CustomFieldType.Boolean) }
            .Concat(Enumerable.Range(0, 12).Select(i => ($"spare{i}", CustomFieldType.Text)))
            .Select(f => Dimensions.Of(new CustomField { FieldKey = f.Item1, DisplayName = f.Item1, Type = f.Item2, Choices = [.. RandomFilters.Tiers] }))];
        var scope = FilterScope.Empty(new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc)) with
        {
            Labels = Names(labels),
            Lists = Names(lists),
            Fields = fields.ToDictionary(f => f.Name),
            FieldIds = fields.Index().ToDictionary(f => f.Item.Name, f => f.Index + 1L),
            DefaultStage = (Common.V1.FunnelStage)FilterBed.DefaultStage,
        };
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(new RandomFilters(FilterBed.DefaultStage, labels, lists).Filters.ToArbitrary(), filter =>
        {
            var bound = FilterBinder.Bind(FilterParser.Parse(filter.Text), scope);
            var query = FilterSql.Compile(bound);
            string[] statements = [SegmentSql.Count(query, true), SegmentSql.Page(FilterSql.Compile(bound, paged: true), true), SegmentSql.All(query, true), SegmentSql.Among(query, true), SegmentSql.Freeze(query, true), FilterExplanation.Compile(bound).Text,
                ViewSql.Valued(query, ContactColumn.Platform[3].Order!, null, descending: true, begin: false, sqlServer: true), ViewSql.Missing(query, new("date_value") { Rows = FilterRows.Fields, Key = 1, CanBeNull = true }, query.Parameters.Add(1L), descending: false, begin: false, sqlServer: true)];
            foreach (var sql in statements)
            {
                TSql.Errors(sql).ShouldBeEmpty(sql);
                // No value of the filter is in the text: it is made of names and signs that are ours.
                sql.ShouldMatch("^[a-zA-Z0-9_@.,()<>=*'! ]+$");
                sql.ShouldNotContain("DROP");
            }
            query.Parameters.Count.ShouldBeLessThan(2000);
        }));

        static FilterNames Names(Dictionary<string, long> named) => new(named.ToDictionary(l => TextKey.Of(l.Key), l => l.Value), named.ToDictionary(l => l.Value, l => l.Key));
    }
}
