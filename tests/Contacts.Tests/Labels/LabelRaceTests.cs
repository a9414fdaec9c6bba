using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using StackExchange.Redis;

namespace ContactPlatform.Contacts.Tests.Labels;

/// <summary>Changes of the same labels at once, and beside who holds their lock.</summary>
[Collection(ContactsCollection.Name)]
public sealed class LabelRaceTests(ContactsFixture fixture)
{
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Whatever_runs_at_once_ends_without_a_fault(int seed)
    {
        var account = await fixture.NewAccountAsync();
        var labels = new List<V1.Label>();
        var contacts = new List<V1.Contact>();
        for (var i = 0; i < 4; i++)
        {
            labels.Add(await account.LabelAsync($"l{i}"));
        }
        for (var i = 0; i < 12; i++)
        {
            contacts.Add(await account.CreateAsync($"c{i}@example.org"));
        }
        var allowed = new[] { "LABEL_NOT_FOUND", "CONTACT_NOT_FOUND", "LOCK_BUSY" };
        var random = new Random(seed);
        var work = Enumerable.Range(0, 300).Select(_ => (Kind: random.Next(7), Label: labels[random.Next(4)].LabelId, Other: labels[random.Next(4)].LabelId, Contact: contacts[random.Next(12)].ContactId)).ToList();
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (w, cancel) =>
        {
            var many = contacts.Select(c => c.ContactId).OrderBy(id => id * 31 % 17);
            try
            {
                _ = w.Kind switch
                {
                    0 => (object)await account.Labels.AddLabelAsync(new() { LabelId = w.Label, ContactId = w.Contact }, cancellationToken: cancel),
                    1 => await account.Labels.RemoveLabelAsync(new() { LabelId = w.Label, ContactId = w.Contact }, cancellationToken: cancel),
                    2 => await account.Labels.BatchAddLabelAsync(new() { LabelId = w.Label, ContactIds = { many } }, cancellationToken: cancel),
                    3 => await account.Labels.BatchRemoveLabelAsync(new() { LabelId = w.Label, ContactIds = { many } }, cancellationToken: cancel),
                    4 when w.Label != w.Other && w.Contact % 5 == 0 => await account.Labels.MergeLabelsAsync(new() { SourceLabelId = w.Label, TargetLabelId = w.Other }, cancellationToken: cancel),
                    5 when w.Contact % 3 == 0 => await account.Contacts.DeleteContactAsync(new() { ContactId = w.Contact }, cancellationToken: cancel),
                    _ => await account.Contacts.SetRecordStateAsync(new() { ContactId = w.Contact, RecordState = V1.RecordState.Inactive }, cancellationToken: cancel),
                };
            }
            catch (Grpc.Core.RpcException e)
            {
                allowed.ShouldContain(e.Reason(), e.ToString());
            }
        });
    }

    [Fact]
    public async Task Bulk_changes_wait_for_a_lock_and_single_ones_do_not()
    {
        var account = await fixture.NewAccountAsync();
        var (label, other) = (await account.LabelAsync("x"), await account.LabelAsync("y"));
        var contact = await account.CreateAsync("a@example.org");
        using var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        var key = $"{ContactsHost.RedisPrefix(fixture.Host.Database)}label:{account.Id}:{label.LabelId}";
        (await redis.GetDatabase().StringSetAsync(key, "a label rule", TimeSpan.FromSeconds(60))).ShouldBeTrue();
        var busy = await Task.WhenAll(
            account.Labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { contact.ContactId } }).ForAsync(CommonReasons.LockBusy),
            account.Labels.BatchRemoveLabelAsync(new() { LabelId = label.LabelId, ContactIds = { contact.ContactId } }).ForAsync(CommonReasons.LockBusy),
            account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId }).ForAsync(CommonReasons.LockBusy),
            account.Labels.MergeLabelsAsync(new() { SourceLabelId = label.LabelId, TargetLabelId = other.LabelId }).ForAsync(CommonReasons.LockBusy));
        busy.ShouldAllBe(facts => facts["lock"].Contains($"label:{account.Id}:{label.LabelId}"));
        (await account.Labels.AddLabelAsync(new() { LabelId = label.LabelId, ContactId = contact.ContactId })).Changed.ShouldBeTrue();
        await redis.GetDatabase().KeyDeleteAsync(key);
        (await account.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId })).RemovedCount.ShouldBe(1);
    }
}
